using System.Collections.Immutable;
using Actors.Storage;

namespace Actors.WorkOrders;

/// <summary>What the grain of an order remembers: the document its readers see, and where the chat stands.</summary>
/// <param name="Document">The order as its readers see it.</param>
/// <param name="Version">Counts every change, chat included; fences the root row and numbers the change events.</param>
/// <param name="LastMessageSequence">Sequence of the last message; 0 before the first.</param>
internal sealed record WorkOrderState(WorkOrder Document, long Version, long LastMessageSequence) : IEntityState
{
    public static readonly Table<WorkOrderState> Table = new Table<WorkOrderState>("work_orders")
        .Key("id", s => s.Document.Id)
        .Integer("version", s => s.Version)
        .Integer("document_version", s => s.Document.Version)
        .Text("code", s => s.Document.Code)
        .Text("title", s => s.Document.Title)
        .Text("status", s => WireName.Of(s.Document.Status))
        .Text("priority", s => WireName.Of(s.Document.Priority))
        .Text("owner_id", s => s.Document.OwnerId)
        .Integer("target_quantity", s => s.Document.TargetQuantity)
        .Timestamp("start_at", s => s.Document.StartAt)
        .Timestamp("end_at", s => s.Document.EndAt)
        .Text("target_factory_id", s => s.Document.TargetFactoryId)
        .Boolean("procurement_auto_notify", s => s.Document.ProcurementAutoNotify)
        .Integer("over_production_percent", s => s.Document.OverProductionPercent)
        .Boolean("step_gate", s => s.Document.StepGate)
        .Integer("last_message_sequence", s => s.LastMessageSequence)
        .Timestamp("created_at", s => s.Document.CreatedAt)
        .Timestamp("updated_at", s => s.Document.UpdatedAt);

    /// <summary>The state after a change of the document.</summary>
    public WorkOrderState With(WorkOrder document, DateTimeOffset now) =>
        this with { Document = document with { Version = Version + 1, UpdatedAt = now }, Version = Version + 1 };

    /// <summary>The state after a change that leaves the document as it is.</summary>
    public WorkOrderState WithChat(long lastMessageSequence) =>
        this with { Version = Version + 1, LastMessageSequence = lastMessageSequence };

    public static async Task<WorkOrderState?> LoadAsync(Database database, string id, CancellationToken cancellationToken)
    {
        var (root, steps) = await database.AggregateAsync(
            """
            select w.id, w.version, w.document_version, w.code, w.title, w.status, w.priority, w.owner_id, w.target_quantity, w.start_at, w.end_at,
                   w.target_factory_id, w.procurement_auto_notify, w.over_production_percent, w.step_gate, w.last_message_sequence,
                   w.created_at, w.updated_at,
                   s.id, s.step_code, s.step_name, s.assignee_id, s.expected_quantity, s.completed_quantity, s.defective_quantity,
                   s.estimated_completion_at, s.status
            from work_orders w left join work_order_steps s on s.work_order_id = w.id
            where w.id = @id order by s.position
            """,
            [("id", id)],
            row => new WorkOrderState(
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
                    StartAt = row.GetNullableTimestamp(9),
                    EndAt = row.GetNullableTimestamp(10),
                    TargetFactoryId = row.GetNullableString(11),
                    ProcurementAutoNotify = row.GetBoolean(12),
                    OverProductionPercent = (int)row.GetInt64(13),
                    StepGate = row.GetBoolean(14),
                    CreatedAt = row.GetTimestamp(16),
                    UpdatedAt = row.GetTimestamp(17),
                },
                row.GetInt64(1),
                row.GetInt64(15)),
            row => row.IsDBNull(18) ? null : new WorkOrderStep
            {
                Id = row.GetString(18),
                StepCode = row.GetString(19),
                StepName = row.GetString(20),
                AssigneeId = row.GetNullableString(21),
                ExpectedQuantity = row.GetInt64(22),
                CompletedQuantity = row.GetInt64(23),
                DefectiveQuantity = row.GetInt64(24),
                EstimatedCompletionAt = row.GetNullableTimestamp(25),
                Status = WireName.Parse<StepStatus>(row.GetString(26)),
            },
            cancellationToken);
        return root is null ? null : root with { Document = root.Document with { Steps = steps } };
    }
}

/// <summary>A step as a row: it stands in an order, at a position.</summary>
internal sealed record StepRow(string WorkOrderId, int Position, WorkOrderStep Step)
{
    public static readonly Table<StepRow> Table = new Table<StepRow>("work_order_steps")
        .Key("id", r => r.Step.Id)
        .Text("work_order_id", r => r.WorkOrderId)
        .Integer("position", r => r.Position)
        .Text("step_code", r => r.Step.StepCode)
        .Text("step_name", r => r.Step.StepName)
        .Text("assignee_id", r => r.Step.AssigneeId)
        .Integer("expected_quantity", r => r.Step.ExpectedQuantity)
        .Integer("completed_quantity", r => r.Step.CompletedQuantity)
        .Integer("defective_quantity", r => r.Step.DefectiveQuantity)
        .Timestamp("estimated_completion_at", r => r.Step.EstimatedCompletionAt)
        .Text("status", r => WireName.Of(r.Step.Status));

    /// <summary>The rows in which two versions of an order's steps differ.</summary>
    public static ImmutableArray<RowChange> Changes(WorkOrder? before, WorkOrder after)
    {
        if (before is not null && before.Steps == after.Steps)
        {
            return [];
        }

        var known = new Dictionary<string, StepRow>(StringComparer.Ordinal);
        foreach (var row in Of(before))
        {
            known.Add(row.Step.Id, row);
        }

        var changes = ImmutableArray.CreateBuilder<RowChange>();
        foreach (var row in Of(after))
        {
            if (!known.Remove(row.Step.Id, out var present))
            {
                changes.Add(Table.Insert(row));
            }
            else if (present != row)
            {
                changes.Add(Table.Update(row));
            }
        }

        changes.AddRange(known.Values.Select(Table.Delete));
        return changes.DrainToImmutable();
    }

    private static IEnumerable<StepRow> Of(WorkOrder? order) =>
        order is null ? [] : order.Steps.Select((step, position) => new StepRow(order.Id, position, step));
}
