using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Actors.WorkOrders;
using Npgsql;

namespace Actors.Bench;

/// <summary>GET /work-orders?ownerId=…&amp;limit=20: newest first, with the total. One round trip.</summary>
internal sealed class ListOrders(NpgsqlDataSource source)
{
    private const string Page =
        """
        select id, code, title, status, priority, document_version, owner_id, target_quantity, start_at, end_at, target_factory_id,
               created_at, updated_at
        from work_orders where owner_id = $1 order by created_at desc, id desc limit $2
        """;

    private const string Count = "select count(*) from work_orders where owner_id = $1";

    public async Task HandleAsync(HttpContext context)
    {
        var owner = context.Request.Query["ownerId"].ToString();
        if (!int.TryParse(context.Request.Query["limit"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            || limit is < 1 or > PageLimits.MaxSize || owner.Length is 0 or > Ids.MaxLength)
        {
            throw Errors.Invalid("limit", "ownerId and limit are needed.");
        }

        // Who asks for others' orders finds none, as in the product.
        var page = owner == Commands.CallerOf(context.Request).UserId ? await ReadAsync(owner, limit) : new(Success: true, [], new(1, limit, 0, null));
        await Answers.WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(page, Wire.Json.OrderPage));
    }

    private async Task<OrderPage> ReadAsync(string owner, int limit)
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Page).With(owner).With((long)limit + 1));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Count).With(owner));
        await using var reader = await batch.ExecuteReaderAsync();
        var rows = ImmutableArray.CreateBuilder<WorkOrderSummary>(limit + 1);
        while (await reader.ReadAsync())
        {
            rows.Add(ReadSummary(reader));
        }

        await reader.NextResultAsync();
        await reader.ReadAsync();
        var total = reader.GetInt64(0);
        var hasMore = rows.Count > limit;
        if (hasMore)
        {
            rows.RemoveAt(limit);
        }

        var items = rows.DrainToImmutable();
        return new(Success: true, items, new(Page: 1, limit, total, hasMore ? CursorAfter(items[^1]) : null));
    }

    // As long as the product's.
    private static string CursorAfter(WorkOrderSummary row) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"CreatedAt|desc|{row.CreatedAt.UtcTicks}|{row.Id}"));

    private static WorkOrderSummary ReadSummary(NpgsqlDataReader row) => new()
    {
        Id = row.GetString(0),
        Code = row.GetString(1),
        Title = row.GetString(2),
        Status = WireName.Parse<WorkOrderStatus>(row.GetString(3)),
        Priority = WireName.Parse<WorkOrderPriority>(row.GetString(4)),
        Version = row.GetInt64(5),
        OwnerId = row.GetString(6),
        TargetQuantity = row.GetInt64(7),
        StartAt = row.TimeOrNull(8),
        EndAt = row.TimeOrNull(9),
        TargetFactoryId = row.TextOrNull(10),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(11),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(12),
    };
}
