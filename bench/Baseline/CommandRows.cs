using Actors.WorkOrders;
using Npgsql;

namespace Actors.Bench;

/// <summary>The two rows that every command leaves: its change event, and its answer under its key.</summary>
internal static class CommandRows
{
    private const string Event =
        """
        insert into change_events (partition, topic, version, kind, data, actor, at, audience) values ($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    private const string Answer =
        "insert into idempotency_keys (resource, caller_id, key, request_hash, answer, created_at) values ($1, $2, $3, $4, $5, $6)";

    /// <summary>Adds both to a batch; the answer is the order's JSON, which is returned.</summary>
    public static void Add<T>(NpgsqlBatch batch, Change<WorkOrderState> change, Command<T> command, DateTimeOffset now, byte[] answer)
    {
        var next = change.Next!;
        var topic = WorkOrderEvents.Topic(next.Document.Id);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Event)
            .With(ChangeLogLimits.PartitionOf(topic)).With(topic).With(next.Version).With(change.Kind).WithJson(change.Data)
            .With(command.Caller.UserId).With(now).With(string.Join('\n', WorkOrderAccess.AudienceOf(next.Document))));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Answer)
            .With(topic).With(command.Caller.UserId).With(command.Key).With(command.RequestHash).With(answer).With(now));
    }

    /// <summary>The answer of a command that was carried out before; null if it was not.</summary>
    public static async Task<byte[]?> FindAnswerAsync<T>(NpgsqlDataSource source, string orderId, Command<T> command)
    {
        await using var query = source.CreateCommand(
            "select request_hash, answer from idempotency_keys where resource = $1 and caller_id = $2 and key = $3");
        query.Parameters.Add(new NpgsqlParameter<string> { TypedValue = WorkOrderEvents.Topic(orderId) });
        query.Parameters.Add(new NpgsqlParameter<string> { TypedValue = command.Caller.UserId });
        query.Parameters.Add(new NpgsqlParameter<string> { TypedValue = command.Key });
        await using var reader = await query.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
        {
            return null;
        }

        return reader.GetString(0) == command.RequestHash
            ? reader.GetFieldValue<byte[]>(1)
            : throw new AppException(ErrorKind.Conflict, "IDEMPOTENCY_KEY_REUSED", "This idempotency key was used with another request.");
    }

    /// <summary>The time, to the millisecond that the tables keep.</summary>
    public static DateTimeOffset Now
    {
        get
        {
            var now = TimeProvider.System.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        }
    }
}
