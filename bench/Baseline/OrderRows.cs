using System.Collections.Immutable;
using Actors.WorkOrders;
using Npgsql;

namespace Actors.Bench;

/// <summary>Reads an order with its steps, in one round trip.</summary>
internal static class OrderRows
{
    private const string Root =
        """
        select id, version, document_version, code, title, status, priority, owner_id, target_quantity, start_at, end_at, target_factory_id,
               procurement_auto_notify, over_production_percent, step_gate, last_message_sequence, created_at, updated_at
        from work_orders where id = $1
        """;

    private const string Steps =
        """
        select id, step_code, step_name, assignee_id, expected_quantity, completed_quantity, defective_quantity, estimated_completion_at, status
        from work_order_steps where work_order_id = $1 order by position
        """;

    /// <summary>The order; null if there is none.</summary>
    public static async Task<WorkOrderState?> LoadAsync(NpgsqlDataSource source, string id)
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Root).With(id));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Steps).With(id));
        await using var reader = await batch.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
        {
            return null;
        }

        var state = ReadState(reader);
        await reader.NextResultAsync();
        var steps = ImmutableArray.CreateBuilder<WorkOrderStep>();
        while (await reader.ReadAsync())
        {
            steps.Add(ReadStep(reader));
        }

        return state with { Document = state.Document with { Steps = steps.DrainToImmutable() } };
    }

    private static WorkOrderState ReadState(NpgsqlDataReader row) => new(
        new WorkOrder
        {
            Id = row.GetString(0),
            Version = row.GetInt64(2),
            Code = row.GetString(3),
            Title = row.GetString(4),
            Status = WireName.Parse<WorkOrderStatus>(row.GetString(5)),
            Priority = WireName.Parse<WorkOrderPriority>(row.GetString(6)),
            OwnerId = row.GetString(7),
            TargetQuantity = row.GetInt64(8),
            StartAt = row.TimeOrNull(9),
            EndAt = row.TimeOrNull(10),
            TargetFactoryId = row.TextOrNull(11),
            ProcurementAutoNotify = row.GetBoolean(12),
            OverProductionPercent = (int)row.GetInt64(13),
            StepGate = row.GetBoolean(14),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(16),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(17),
        },
        row.GetInt64(1),
        row.GetInt64(15));

    private static WorkOrderStep ReadStep(NpgsqlDataReader row) => new()
    {
        Id = row.GetString(0),
        StepCode = row.GetString(1),
        StepName = row.GetString(2),
        AssigneeId = row.TextOrNull(3),
        ExpectedQuantity = row.GetInt64(4),
        CompletedQuantity = row.GetInt64(5),
        DefectiveQuantity = row.GetInt64(6),
        EstimatedCompletionAt = row.TimeOrNull(7),
        Status = WireName.Parse<StepStatus>(row.GetString(8)),
    };
}

/// <summary>Parameters and columns, without boxing.</summary>
internal static class NpgsqlExtensions
{
    public static NpgsqlBatchCommand With<T>(this NpgsqlBatchCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    public static NpgsqlBatchCommand WithJson(this NpgsqlBatchCommand command, string value)
    {
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb });
        return command;
    }

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    public static string? TextOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
