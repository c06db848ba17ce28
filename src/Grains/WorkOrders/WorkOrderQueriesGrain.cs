using System.Data.Common;
using System.Text;
using Actors.Storage;
using Orleans.Concurrency;

namespace Actors.WorkOrders;

/// <summary>
/// Lists over many work orders, straight from SQL. Stateless; every query carries the caller's own filter. More workers than the store has
/// connections for readers: they mostly wait for it, and a call that waits for a worker costs more than the worker.
/// </summary>
[StatelessWorker(32)]
internal sealed class WorkOrderQueriesGrain(Database database) : Grain, IWorkOrderQueriesGrain
{
    private const string Columns =
        "id, code, title, status, priority, document_version, owner_id, target_quantity, start_at, end_at, "
        + "target_factory_id, created_at, updated_at";

    private const int TotalColumn = 13;

    public async Task<Page<WorkOrderSummary>> List(ListWorkOrders query, CancellationToken cancellationToken)
    {
        Validate(query);
        var (rows, count, parameters) = Sql(query, Caller.Current!);
        var source = query.Search is null ? database : database.PlannedAnew();
        long? total = null;
        var found = await source.ListAsync(
            rows,
            parameters,
            row =>
            {
                total ??= query.Cursor is null ? row.GetInt64(TotalColumn) : null;
                return ReadSummary(row);
            },
            cancellationToken);
        if (found.IsEmpty && query.Cursor is null)
        {
            total = query.Page == 1 ? 0 : (await source.ListAsync(count, parameters, row => row.GetInt64(0), cancellationToken))[0];
        }

        var items = found.Length > query.Limit ? found.RemoveAt(query.Limit) : found;
        return new(items, found.Length > query.Limit ? ListCursor.After(items[^1], query) : null, total);
    }

    public async Task<Unread> Unread(CancellationToken cancellationToken)
    {
        var caller = Caller.Current!;
        var orders = await database.ListAsync(
            $"""
            with mine as (
                select id from work_orders where owner_id = @me
                union select work_order_id from work_order_steps where assignee_id = @me
                union select work_order_id from work_order_read_cursors where user_id = @me and work_order_id in (
                    {Union(Ways(new(), caller), way => $"select id from work_orders w where {way}")}))
            select w.id, coalesce(c.last_read_sequence, 0), count(*), cast(sum(count(*)) over () as bigint)
            from mine
            join work_orders w on w.id = mine.id
            left join work_order_read_cursors c on c.work_order_id = w.id and c.user_id = @me
            join work_order_messages m on m.work_order_id = w.id and m.sequence > coalesce(c.last_read_sequence, 0)
                 and m.created_by <> @me and m.deleted_at is null
            where w.last_message_sequence > coalesce(c.last_read_sequence, 0)
            group by w.id, c.last_read_sequence
            order by max(m.created_at) desc
            limit @limit
            """,
            [("me", caller.UserId), ("my_factory", caller.FactoryId), ("limit", WorkOrderLimits.UnreadOrders)],
            row => (State: new ReadState(row.GetString(0), row.GetInt64(1), row.GetInt64(2)), Total: row.GetInt64(3)),
            cancellationToken);
        return new(orders.IsEmpty ? 0 : orders[0].Total, [.. orders.Select(o => o.State)]);
    }

    private static void Validate(ListWorkOrders query) => new Validator()
        .Range("limit", query.Limit, 1, PageLimits.MaxSize)
        .Range("page", query.Page, 1, Math.Max(1, PageLimits.MaxOffset / Math.Clamp(query.Limit, 1, PageLimits.MaxSize)))
        .OptionalText("q", query.Search, WorkOrderLimits.Search)
        .OptionalText("ownerId", query.OwnerId, Ids.MaxLength)
        .OptionalText("factoryId", query.FactoryId, Ids.MaxLength)
        .OptionalText("assigneeId", query.AssigneeId, Ids.MaxLength)
        .That(query.Statuses.All(Enum.IsDefined), "status", "is unknown")
        .That(query.Priorities.All(Enum.IsDefined), "priority", "is unknown")
        .Defined("sort", query.Sort)
        .ThrowIfInvalid();

    private static (string Rows, string Count, List<(string Name, object? Value)> Parameters) Sql(ListWorkOrders query, Caller caller)
    {
        var (filter, parameters) = Filter(query, caller);
        var sort = SortExpression(query.Sort);
        var seek = "";
        if (query.Cursor is not null)
        {
            var cursor = ListCursor.Decode(query.Cursor, query);
            seek = $" and ({sort}, id) {(query.Descending ? "<" : ">")} (@seek_value, @seek_id)";
            parameters.Add(("seek_value", cursor.Value));
            parameters.Add(("seek_id", cursor.Id));
        }

        var offset = query.Cursor is null ? (query.Page - 1) * query.Limit : 0;
        parameters.Add(("limit", query.Limit + 1));
        parameters.Add(("offset", offset));
        parameters.Add(("reach", offset + query.Limit + 1));
        var order = $"order by {sort} {(query.Descending ? "desc" : "asc")}, id {(query.Descending ? "desc" : "asc")}";
        var ways = Ways(query, caller);
        var count = ways is [var one]
            ? $"select count(*) from work_orders w where {one}{filter}"
            : $"select cast(sum(n) as bigint) from ({Union(ways, way => $"select count(*) as n from work_orders w where {way}{filter}")}) c";
        // Counted once, with the rows: of one moment, in one round trip.
        var columns = query.Cursor is null ? $"{Columns}, ({count})" : Columns;
        var rows = ways is [var only]
            ? $"select {columns} from work_orders w where {only}{filter}{seek} {order} limit @limit offset @offset"
            : $"""
                select {columns} from ({Union(ways, way =>
                    $"select * from (select {Columns} from work_orders w where {way}{filter}{seek} {order} limit @reach) v")}) v
                {order} limit @limit offset @offset
                """;
        return (rows, count, parameters);
    }

    private static (string Sql, List<(string Name, object? Value)> Parameters) Filter(ListWorkOrders query, Caller caller)
    {
        var sql = new StringBuilder();
        List<(string, object?)> parameters = [("me", caller.UserId), ("my_factory", caller.FactoryId), ("never", DateTimeOffset.MaxValue)];
        void And(string condition, string name, object? value)
        {
            if (value is not null)
            {
                sql.Append(" and ").Append(condition);
                parameters.Add((name, value));
            }
        }

        void AndAny(string column, string prefix, IEnumerable<string> values)
        {
            var names = values.Select((value, i) =>
            {
                parameters.Add(($"{prefix}{i}", value));
                return $"@{prefix}{i}";
            }).ToList();
            sql.Append(names.Count == 0 ? "" : $" and {column} in ({string.Join(", ", names)})");
        }

        AndAny("w.status", "status", query.Statuses.Distinct().Select(WireName.Of));
        AndAny("w.priority", "priority", query.Priorities.Distinct().Select(WireName.Of));
        And("w.owner_id = @owner", "owner", query.OwnerId == caller.UserId ? null : query.OwnerId); // his own: the way says so
        And("w.target_factory_id = @factory", "factory", query.FactoryId);
        And("exists (select 1 from work_order_steps a where a.work_order_id = w.id and a.assignee_id = @assignee)", "assignee", query.AssigneeId);
        And("w.created_at >= @from", "from", query.From?.ToUniversalTime());
        And("w.created_at < @to", "to", query.To?.ToUniversalTime());
        // Lowered by the database on both sides: each has its own idea of which letters have a lower case.
        And(
            @"(lower(w.title) like lower(@search) escape '\' or lower(w.code) like lower(@search) escape '\')",
            "search",
            query.Search is null ? null : $"%{EscapeLike(query.Search)}%");
        return (sql.ToString(), parameters);
    }

    /// <summary>
    /// A query for each way in which the caller may see an order (the same ways as <see cref="WorkOrderAccess.Visible"/>), together.
    /// Each way has an index of its own: one condition with "or" would have none. No order comes by two ways.
    /// </summary>
    private static string Union(IEnumerable<string> ways, Func<string, string> select) => string.Join(" union all ", ways.Select(select));

    private static string[] Ways(ListWorkOrders query, Caller caller)
    {
        if (query.OwnerId == caller.UserId)
        {
            return ["w.owner_id = @me"];
        }

        if (caller.Role == UserRole.Admin)
        {
            return ["1 = 1"];
        }

        const string assigned = "w.id in (select work_order_id from work_order_steps where assignee_id = @me)";
        return caller is { Role: UserRole.Manager, FactoryId: not null }
            ?
            [
                "w.owner_id = @me",
                "w.target_factory_id = @my_factory and w.owner_id <> @me",
                $"{assigned} and w.owner_id <> @me and w.target_factory_id is distinct from @my_factory",
            ]
            : ["w.owner_id = @me", $"{assigned} and w.owner_id <> @me"];
    }

    private static string SortExpression(WorkOrderSort sort) => sort switch
    {
        WorkOrderSort.UpdatedAt => "updated_at",
        WorkOrderSort.EndAt => "coalesce(end_at, @never)",
        WorkOrderSort.Priority => "case priority when 'low' then 0 when 'normal' then 1 when 'high' then 2 else 3 end",
        WorkOrderSort.Code => "code",
        _ => "created_at",
    };

    private static string EscapeLike(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);

    private static WorkOrderSummary ReadSummary(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        Code = row.GetString(1),
        Title = row.GetString(2),
        Status = WireName.Parse<WorkOrderStatus>(row.GetString(3)),
        Priority = WireName.Parse<WorkOrderPriority>(row.GetString(4)),
        Version = row.GetInt64(5),
        OwnerId = row.GetString(6),
        TargetQuantity = row.GetInt64(7),
        StartAt = row.GetNullableTimestamp(8),
        EndAt = row.GetNullableTimestamp(9),
        TargetFactoryId = row.GetNullableString(10),
        CreatedAt = row.GetTimestamp(11),
        UpdatedAt = row.GetTimestamp(12),
    };
}
