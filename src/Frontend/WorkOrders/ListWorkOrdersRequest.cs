using System.Collections.Immutable;
using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;

namespace Actors.WorkOrders;

/// <summary>The query of a list of work orders, as text: what is wrong with it is told field by field.</summary>
internal sealed record ListWorkOrdersRequest(
    [FromQuery(Name = "status")] string[]? Status,
    [FromQuery(Name = "priority")] string[]? Priority,
    [FromQuery(Name = "ownerId")] string? OwnerId,
    [FromQuery(Name = "factoryId")] string? FactoryId,
    [FromQuery(Name = "assigneeId")] string? AssigneeId,
    [FromQuery(Name = "from")] string? From,
    [FromQuery(Name = "to")] string? To,
    [FromQuery(Name = "q")] string? Q,
    [FromQuery(Name = "sort")] string? Sort,
    [FromQuery(Name = "page")] string? Page,
    [FromQuery(Name = "limit")] string? Limit,
    [FromQuery(Name = "cursor")] string? Cursor)
{
    private const int LongestCursor = 1024;

    private static readonly ImmutableArray<(string Name, WorkOrderSort Sort)> Sorts =
    [
        ("createdAt", WorkOrderSort.CreatedAt), ("updatedAt", WorkOrderSort.UpdatedAt), ("endAt", WorkOrderSort.EndAt),
        ("priority", WorkOrderSort.Priority), ("code", WorkOrderSort.Code),
    ];

    public ListWorkOrders ToQuery()
    {
        var fields = new QueryFields();
        var (sort, descending) = ReadSort(fields);
        var limit = fields.Limit(Limit);
        var query = new ListWorkOrders
        {
            Statuses = fields.Set<WorkOrderStatus>("status", Status),
            Priorities = fields.Set<WorkOrderPriority>("priority", Priority),
            OwnerId = fields.Id("ownerId", OwnerId),
            FactoryId = fields.Id("factoryId", FactoryId),
            AssigneeId = fields.Id("assigneeId", AssigneeId),
            From = fields.Time("from", From),
            To = fields.Time("to", To),
            Search = fields.Text("q", Q, WorkOrderLimits.Search),
            Sort = sort,
            Descending = descending,
            Limit = limit,
            Page = (int)fields.Number("page", Page, absent: 1, min: 1, max: PageLimits.MaxOffset / limit),
            Cursor = fields.Text("cursor", Cursor, LongestCursor),
        };
        fields.Check();
        return query;
    }

    private (WorkOrderSort Sort, bool Descending) ReadSort(QueryFields fields)
    {
        if (string.IsNullOrEmpty(Sort))
        {
            return (WorkOrderSort.CreatedAt, true);
        }

        var descending = Sort.StartsWith('-');
        var name = descending ? Sort[1..] : Sort;
        foreach (var known in Sorts)
        {
            if (string.Equals(known.Name, name, StringComparison.Ordinal))
            {
                return (known.Sort, descending);
            }
        }

        fields.Refuse("sort", $"Must be one of: {string.Join(", ", Sorts.Select(s => s.Name))}; with - before it, biggest first.");
        return default;
    }
}
