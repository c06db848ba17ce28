using System.Collections.Immutable;
using System.Text.Json;
using Actors.Audit;

namespace Actors.WorkOrders;

internal static partial class WorkOrderRules
{
    public static Change<WorkOrderState> AddStep(WorkOrderState? state, AddStep command, Caller caller, DateTimeOffset now)
    {
        var present = Open(state, command.ExpectedVersion, caller);
        var order = present.Document;
        var check = new Validator();
        Validate(check, command.Step, "");
        check.Range("steps", order.Steps.Length + 1, 1, WorkOrderLimits.Steps)
            .Range("position", command.Position ?? 0, 0, order.Steps.Length)
            .ThrowIfInvalid();
        if (order.Steps.Any(s => s.StepCode == command.Step.StepCode))
        {
            throw new AppException(ErrorKind.Conflict, "STEP_CODE_TAKEN", $"The work order has a step {command.Step.StepCode} already.");
        }

        var steps = order.Steps.Insert(command.Position ?? order.Steps.Length, ToStep(command.Step, now));
        return StepChange(present, order with { Steps = steps }, WorkOrderEvents.StepAdded, [command.Step.StepCode], now);
    }

    public static Change<WorkOrderState>? ChangeStep(WorkOrderState? state, ChangeStep command, Caller caller, DateTimeOffset now)
    {
        var present = Open(state, command.ExpectedVersion, caller);
        var order = present.Document;
        var index = IndexOf(order, command.StepCode);
        var before = order.Steps[index];
        var after = before with
        {
            StepName = command.StepName.Or(before.StepName),
            ExpectedQuantity = command.ExpectedQuantity.Or(before.ExpectedQuantity),
            AssigneeId = command.AssigneeId.Or(before.AssigneeId),
            EstimatedCompletionAt = Utc(command.EstimatedCompletionAt.Or(before.EstimatedCompletionAt)),
        };
        new Validator()
            .Text("stepName", after.StepName, WorkOrderLimits.StepName)
            .Range("expectedQuantity", after.ExpectedQuantity, 1, WorkOrderLimits.Quantity)
            .OptionalText("assigneeId", after.AssigneeId, Ids.MaxLength)
            .ThrowIfInvalid();
        after = command.Skipped.IsPresent ? Skip(after, command.Skipped.Value) : after;
        return after == before
            ? null
            : StepChange(present, order with { Steps = order.Steps.SetItem(index, after) }, WorkOrderEvents.StepChanged, [before.StepCode], now) with
            {
                Audit = before.AssigneeId == after.AssigneeId ? null : new AuditNote(AuditActions.StepReassigned, AuditEntities.WorkOrder, AuditChanges.Of(
                    ($"steps.{before.StepCode}.assigneeId", before.AssigneeId, after.AssigneeId))),
            };
    }

    public static Change<WorkOrderState> RemoveStep(
        WorkOrderState? state, string stepCode, long? expectedVersion, Caller caller, DateTimeOffset now)
    {
        var present = Open(state, expectedVersion, caller);
        var order = present.Document;
        var index = IndexOf(order, stepCode);
        EnsureNoReports(order.Steps[index], "removed");
        return StepChange(present, order with { Steps = order.Steps.RemoveAt(index) }, WorkOrderEvents.StepRemoved, [stepCode], now);
    }

    public static Change<WorkOrderState>? ReorderSteps(WorkOrderState? state, ReorderSteps command, Caller caller, DateTimeOffset now)
    {
        var present = Open(state, command.ExpectedVersion, caller);
        var order = present.Document;
        var byCode = order.Steps.ToDictionary(s => s.StepCode, StringComparer.Ordinal);
        var steps = ImmutableArray.CreateBuilder<WorkOrderStep>(order.Steps.Length);
        foreach (var code in command.StepCodes)
        {
            if (byCode.Remove(code, out var step))
            {
                steps.Add(step);
            }
        }

        new Validator()
            .That(steps.Count == command.StepCodes.Length && byCode.Count == 0, "stepCodes", "must name every step of the order once")
            .ThrowIfInvalid();
        return steps.SequenceEqual(order.Steps)
            ? null
            : StepChange(
                present, order with { Steps = steps.DrainToImmutable() }, WorkOrderEvents.StepsReordered, command.StepCodes, now);
    }

    private static Change<WorkOrderState> StepChange(
        WorkOrderState present, WorkOrder order, string kind, ImmutableArray<string> stepCodes, DateTimeOffset now)
    {
        var next = present.With(StepFlow.Settle(order, wasDone: StepFlow.IsDone(present.Document.Steps)), now);
        return new(
            next,
            kind,
            JsonSerializer.Serialize(
                new(stepCodes, next.Document.Status, Reassigned(present.Document, next.Document)), WorkOrderEventsJson.Default.StepsChanged));
    }

    private static ImmutableArray<string> Reassigned(WorkOrder before, WorkOrder after)
    {
        var users = Assignees(before);
        users.SymmetricExceptWith(Assignees(after));
        return [.. users];
    }

    private static HashSet<string> Assignees(WorkOrder order) =>
        order.Steps.Where(s => s.AssigneeId is not null).Select(s => s.AssigneeId!).ToHashSet(StringComparer.Ordinal);

    private static WorkOrderStep Skip(WorkOrderStep step, bool skip)
    {
        if (skip)
        {
            EnsureNoReports(step, "skipped");
            return step with { Status = StepStatus.Skipped };
        }

        // The right status follows from the totals.
        return step.Status == StepStatus.Skipped ? step with { Status = StepStatus.Pending } : step;
    }

    private static void EnsureNoReports(WorkOrderStep step, string participle)
    {
        if (step.CompletedQuantity + step.DefectiveQuantity > 0)
        {
            throw new AppException(
                ErrorKind.Conflict, "STEP_HAS_PROGRESS", $"Step {step.StepCode} has reports and cannot be {participle}.");
        }
    }

    private static int IndexOf(WorkOrder order, string stepCode)
    {
        for (var i = 0; i < order.Steps.Length; i++)
        {
            if (order.Steps[i].StepCode == stepCode)
            {
                return i;
            }
        }

        throw new AppException(ErrorKind.NotFound, "STEP_NOT_FOUND", "The work order has no such step.");
    }

    private static void Validate(Validator check, NewStep step, string path) => check
        .Text(path + "stepCode", step.StepCode, WorkOrderLimits.StepCode)
        .Text(path + "stepName", step.StepName, WorkOrderLimits.StepName)
        .Range(path + "expectedQuantity", step.ExpectedQuantity, 1, WorkOrderLimits.Quantity)
        .OptionalText(path + "assigneeId", step.AssigneeId, Ids.MaxLength);

    private static WorkOrderStep ToStep(NewStep step, DateTimeOffset now) => new()
    {
        Id = Ids.New(now),
        StepCode = step.StepCode,
        StepName = step.StepName,
        ExpectedQuantity = step.ExpectedQuantity,
        AssigneeId = step.AssigneeId,
        EstimatedCompletionAt = Utc(step.EstimatedCompletionAt),
    };
}
