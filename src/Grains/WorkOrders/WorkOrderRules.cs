using System.Collections.Immutable;
using System.Text.Json;
using Actors.Audit;

namespace Actors.WorkOrders;

/// <summary>What may happen to a work order. Pure: refuses by an <see cref="AppException"/>, or decides the change.</summary>
internal static partial class WorkOrderRules
{
    public static void Validate(CreateWorkOrder command)
    {
        var check = new Validator()
            .Text("title", command.Title, WorkOrderLimits.Title)
            .OptionalText("code", command.Code, WorkOrderLimits.Code)
            .Defined("priority", command.Priority)
            .Range("targetQuantity", command.TargetQuantity, 1, WorkOrderLimits.Quantity)
            .OptionalText("targetFactoryId", command.TargetFactoryId, Ids.MaxLength)
            .Range("overProductionPercent", command.OverProductionPercent ?? 0, 0, WorkOrderLimits.OverProductionPercent)
            .That(!(command.EndAt < command.StartAt), "endAt", "must not be before startAt")
            .Range("steps", command.Steps.Length, 0, WorkOrderLimits.Steps);
        check.ThrowIfInvalid();

        var codes = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < command.Steps.Length; i++)
        {
            Validate(check, command.Steps[i], $"steps[{i}].");
            check.That(codes.Add(command.Steps[i].StepCode), $"steps[{i}].stepCode", "must be unique within the order");
        }

        check.ThrowIfInvalid();
    }

    public static Change<WorkOrderState> Create(
        WorkOrderState? state, string id, string code, CreateWorkOrder command, WorkOrderOptions options, Caller caller, DateTimeOffset now)
    {
        if (state is not null)
        {
            throw new AppException(ErrorKind.Conflict, "WORK_ORDER_EXISTS", "This work order exists already.");
        }

        Permissions.Ensure(caller, Permission.CreateWorkOrder, "Only users make work orders.", Relation.Own);
        Validate(command);
        var order = new WorkOrder
        {
            Id = id,
            Code = code,
            Title = command.Title,
            Status = WorkOrderStatus.Draft,
            Priority = command.Priority,
            Version = 1,
            OwnerId = caller.UserId,
            TargetQuantity = command.TargetQuantity,
            StartAt = Utc(command.StartAt),
            EndAt = Utc(command.EndAt),
            TargetFactoryId = command.TargetFactoryId,
            ProcurementAutoNotify = command.ProcurementAutoNotify,
            OverProductionPercent = command.OverProductionPercent ?? options.OverProductionPercent,
            StepGate = command.StepGate ?? options.StepGate,
            CreatedAt = now,
            UpdatedAt = now,
            Steps = [.. command.Steps.Select(step => ToStep(step, now))],
        };
        return new(
            new WorkOrderState(order, Version: 1, LastMessageSequence: 0),
            WorkOrderEvents.Created,
            JsonSerializer.Serialize(new(order.Code, order.Title, order.OwnerId), WorkOrderEventsJson.Default.WorkOrderCreated));
    }

    public static Change<WorkOrderState>? ChangeFields(WorkOrderState? state, ChangeWorkOrder command, Caller caller, DateTimeOffset now)
    {
        var present = Open(state, command.ExpectedVersion, caller);
        var order = present.Document with
        {
            Title = command.Title.Or(present.Document.Title),
            Priority = command.Priority.Or(present.Document.Priority),
            TargetQuantity = command.TargetQuantity.Or(present.Document.TargetQuantity),
            StartAt = Utc(command.StartAt.Or(present.Document.StartAt)),
            EndAt = Utc(command.EndAt.Or(present.Document.EndAt)),
            TargetFactoryId = command.TargetFactoryId.Or(present.Document.TargetFactoryId),
            ProcurementAutoNotify = command.ProcurementAutoNotify.Or(present.Document.ProcurementAutoNotify),
            OverProductionPercent = command.OverProductionPercent.Or(present.Document.OverProductionPercent),
            StepGate = command.StepGate.Or(present.Document.StepGate),
        };
        new Validator()
            .Text("title", order.Title, WorkOrderLimits.Title)
            .Defined("priority", order.Priority)
            .Range("targetQuantity", order.TargetQuantity, 1, WorkOrderLimits.Quantity)
            .OptionalText("targetFactoryId", order.TargetFactoryId, Ids.MaxLength)
            .Range("overProductionPercent", order.OverProductionPercent, 0, WorkOrderLimits.OverProductionPercent)
            .That(!(order.EndAt < order.StartAt), "endAt", "must not be before startAt")
            .ThrowIfInvalid();

        order = StepFlow.Settle(order, wasDone: StepFlow.IsDone(present.Document.Steps));
        var fields = ChangedFields(present.Document, order);
        return fields.IsEmpty
            ? null
            : new(
                present.With(order, now),
                WorkOrderEvents.Changed,
                JsonSerializer.Serialize(new(order.Code, fields), WorkOrderEventsJson.Default.WorkOrderChanged));
    }

    public static Change<WorkOrderState> ChangeStatus(WorkOrderState? state, ChangeStatus command, Caller caller, DateTimeOffset now)
    {
        var present = WorkOrderAccess.Editable(state, caller);
        EnsureVersion(present, command.ExpectedVersion);
        new Validator()
            .Defined("status", command.Status)
            .OptionalText("reason", command.Reason, WorkOrderLimits.Reason)
            .ThrowIfInvalid();

        var order = present.Document;
        if (!IsLegal(order.Status, command.Status))
        {
            throw new AppException(
                ErrorKind.Conflict, "ILLEGAL_STATUS", $"A work order cannot go from {WireName.Of(order.Status)} to {WireName.Of(command.Status)}.");
        }

        var reopens = IsClosed(order.Status);
        if (reopens)
        {
            EnsureMayReopen(order, command, caller);
        }

        if (command.Status == WorkOrderStatus.Completed && !order.Steps.IsEmpty && !StepFlow.IsDone(order.Steps))
        {
            throw new AppException(ErrorKind.Conflict, "STEPS_OPEN", "Not every step is completed or skipped.");
        }

        var moved = order with { Status = command.Status };
        // A resumed order whose steps were done or skipped meanwhile is complete; a reopened one is open on purpose.
        var next = present.With(reopens ? moved : StepFlow.Settle(moved), now);
        return new(
            next,
            WorkOrderEvents.StatusChanged,
            JsonSerializer.Serialize(
                new(order.Status, next.Document.Status, command.Reason), WorkOrderEventsJson.Default.WorkOrderStatusChanged));
    }

    public static Change<WorkOrderState> Delete(WorkOrderState? state, long? expectedVersion, Caller caller)
    {
        var present = WorkOrderAccess.Editable(state, caller);
        EnsureVersion(present, expectedVersion);
        return present.Document.Status == WorkOrderStatus.Draft
            ? new(
                null,
                WorkOrderEvents.Deleted,
                JsonSerializer.Serialize(new(present.Document.Code, []), WorkOrderEventsJson.Default.WorkOrderChanged))
            {
                Audit = new AuditNote(AuditActions.WorkOrderDeleted, AuditEntities.WorkOrder, AuditChanges.Of(
                    ("code", present.Document.Code, null), ("title", present.Document.Title, null), ("ownerId", present.Document.OwnerId, null))),
            }
            : throw new AppException(
                ErrorKind.Conflict, "WORK_ORDER_NOT_DRAFT", "Only a draft can be deleted; cancel the work order instead.");
    }

    /// <summary>The legal moves; from a closed order, the move is a reopening.</summary>
    private static bool IsLegal(WorkOrderStatus from, WorkOrderStatus to) => (from, to) switch
    {
        (WorkOrderStatus.Draft, WorkOrderStatus.Released or WorkOrderStatus.Cancelled) => true,
        (WorkOrderStatus.Released, WorkOrderStatus.InProgress or WorkOrderStatus.Paused or WorkOrderStatus.Cancelled) => true,
        (WorkOrderStatus.InProgress, WorkOrderStatus.Paused or WorkOrderStatus.Completed or WorkOrderStatus.Cancelled) => true,
        (WorkOrderStatus.Paused, WorkOrderStatus.InProgress or WorkOrderStatus.Cancelled) => true,
        (WorkOrderStatus.Completed or WorkOrderStatus.Cancelled, WorkOrderStatus.InProgress) => true,
        _ => false,
    };

    private static bool IsClosed(WorkOrderStatus status) => status is WorkOrderStatus.Completed or WorkOrderStatus.Cancelled;

    private static void EnsureMayReopen(WorkOrder order, ChangeStatus command, Caller caller)
    {
        if (!WorkOrderAccess.May(caller, Permission.ReopenWorkOrder, order))
        {
            throw Errors.Forbidden("Only a manager of the factory or an administrator may reopen a work order.");
        }

        if (command.Reason is null)
        {
            throw Errors.Invalid("reason", "is needed to reopen a work order");
        }
    }

    /// <summary>The state, for a caller who may change it now.</summary>
    private static WorkOrderState Open(WorkOrderState? state, long? expectedVersion, Caller caller)
    {
        var present = WorkOrderAccess.Editable(state, caller);
        EnsureVersion(present, expectedVersion);
        EnsureOpen(present.Document);
        return present;
    }

    private static void EnsureVersion(WorkOrderState state, long? expected)
    {
        if (expected is not null && expected != state.Document.Version)
        {
            throw Errors.Stale(state.Document.Version);
        }
    }

    private static void EnsureOpen(WorkOrder order)
    {
        if (IsClosed(order.Status))
        {
            throw new AppException(ErrorKind.Conflict, "WORK_ORDER_CLOSED", $"The work order is {WireName.Of(order.Status)}.");
        }
    }

    private static ImmutableArray<string> ChangedFields(WorkOrder before, WorkOrder after)
    {
        var fields = ImmutableArray.CreateBuilder<string>();
        void Compare<T>(string field, T old, T changed)
        {
            if (!EqualityComparer<T>.Default.Equals(old, changed))
            {
                fields.Add(field);
            }
        }

        Compare("status", before.Status, after.Status); // opening the step gate may complete it
        Compare("title", before.Title, after.Title);
        Compare("priority", before.Priority, after.Priority);
        Compare("targetQuantity", before.TargetQuantity, after.TargetQuantity);
        Compare("startAt", before.StartAt, after.StartAt);
        Compare("endAt", before.EndAt, after.EndAt);
        Compare("targetFactoryId", before.TargetFactoryId, after.TargetFactoryId);
        Compare("procurementAutoNotify", before.ProcurementAutoNotify, after.ProcurementAutoNotify);
        Compare("overProductionPercent", before.OverProductionPercent, after.OverProductionPercent);
        Compare("stepGate", before.StepGate, after.StepGate);
        return fields.DrainToImmutable();
    }

    /// <summary>The same moment in UTC, to the millisecond that every store keeps.</summary>
    private static DateTimeOffset? Utc(DateTimeOffset? time) => time is { } given
        ? new DateTimeOffset(given.UtcTicks - (given.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero)
        : null;
}
