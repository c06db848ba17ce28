using System.Text.Json;

namespace Actors.WorkOrders;

internal static partial class WorkOrderRules
{
    public static Change<WorkOrderState> ReportProgress(WorkOrderState? state, ReportProgress command, Caller caller, DateTimeOffset now)
    {
        var present = WorkOrderAccess.Visible(state, caller);
        var order = present.Document;
        new Validator()
            .Range("completedQuantity", command.CompletedQuantity, 0, WorkOrderLimits.Quantity)
            .Range("defectiveQuantity", command.DefectiveQuantity, 0, WorkOrderLimits.Quantity)
            .That(command.CompletedQuantity != 0 || command.DefectiveQuantity != 0, "completedQuantity", "or defectiveQuantity must be above 0")
            .Defined("confirmationMode", command.ConfirmationMode)
            .ThrowIfInvalid();
        var index = IndexOf(order, command.StepCode);
        var step = order.Steps[index];
        if (!WorkOrderAccess.May(caller, Permission.ReportProgress, order, IsAssignee(step, caller) ? Relation.Assigned : Relation.None))
        {
            throw Errors.Forbidden("Only the step's assignee and who runs the order may report on it.");
        }

        if (order.Status is not (WorkOrderStatus.Released or WorkOrderStatus.InProgress))
        {
            throw new AppException(
                ErrorKind.Conflict, "WORK_ORDER_NOT_RUNNING", $"The work order is {WireName.Of(order.Status)}; nothing can be reported.");
        }

        if (step.Status == StepStatus.Skipped)
        {
            throw new AppException(ErrorKind.Conflict, "STEP_SKIPPED", $"Step {step.StepCode} is skipped.");
        }

        return Append(
            present,
            index,
            new ProgressLog
            {
                Id = Ids.New(now),
                WorkOrderId = order.Id,
                StepCode = step.StepCode,
                CompletedQuantity = command.CompletedQuantity,
                DefectiveQuantity = command.DefectiveQuantity,
                ConfirmationMode = command.ConfirmationMode,
                ConfirmedBy = caller.UserId,
                ConfirmedAt = now,
                Version = present.Version + 1,
            },
            WorkOrderEvents.ProgressReported,
            now);
    }

    /// <param name="state">The order.</param>
    /// <param name="report">The report with the sum of its corrections, or null if there is none of that id.</param>
    /// <param name="command">What it should have said.</param>
    /// <param name="caller">Who corrects.</param>
    /// <param name="now">When.</param>
    public static Change<WorkOrderState>? CorrectProgress(
        WorkOrderState? state, ProgressLog? report, CorrectProgress command, Caller caller, DateTimeOffset now)
    {
        var present = WorkOrderAccess.Visible(state, caller);
        var order = present.Document;
        new Validator()
            .Range("completedQuantity", command.CompletedQuantity, 0, WorkOrderLimits.Quantity)
            .Range("defectiveQuantity", command.DefectiveQuantity, 0, WorkOrderLimits.Quantity)
            .Text("reason", command.Reason, WorkOrderLimits.Reason)
            .ThrowIfInvalid();
        if (report is null)
        {
            throw new AppException(ErrorKind.NotFound, "PROGRESS_LOG_NOT_FOUND", "The work order has no such progress report.");
        }

        var relation = report.ConfirmedBy == caller.UserId ? Relation.Author : Relation.None;
        if (!WorkOrderAccess.May(caller, Permission.CorrectProgress, order, relation))
        {
            throw Errors.Forbidden("Only who reported it and who runs the order may correct a report.");
        }

        EnsureOpen(order);
        var correction = report with
        {
            Id = Ids.New(now),
            CompletedQuantity = command.CompletedQuantity - report.CompletedQuantity,
            DefectiveQuantity = command.DefectiveQuantity - report.DefectiveQuantity,
            ConfirmationMode = ConfirmationMode.Manual,
            ConfirmedBy = caller.UserId,
            ConfirmedAt = now,
            CorrectsLogId = report.Id,
            Reason = command.Reason,
            Version = present.Version + 1,
        };
        return correction is { CompletedQuantity: 0, DefectiveQuantity: 0 }
            ? null
            : Append(present, IndexOf(order, report.StepCode), correction, WorkOrderEvents.ProgressCorrected, now);
    }

    private static Change<WorkOrderState> Append(WorkOrderState present, int index, ProgressLog log, string kind, DateTimeOffset now)
    {
        var order = present.Document;
        var step = order.Steps[index];
        var counted = order with
        {
            Status = order.Status == WorkOrderStatus.Released ? WorkOrderStatus.InProgress : order.Status,
            Steps = order.Steps.SetItem(index, step with
            {
                CompletedQuantity = step.CompletedQuantity + log.CompletedQuantity,
                DefectiveQuantity = step.DefectiveQuantity + log.DefectiveQuantity,
            }),
        };
        var next = present.With(StepFlow.Settle(counted), now);
        var after = next.Document.Steps[index];
        var data = new ProgressLogged(
            log.Id,
            log.StepCode,
            log.CompletedQuantity,
            log.DefectiveQuantity,
            after.CompletedQuantity,
            after.DefectiveQuantity,
            after.Status,
            next.Document.Status,
            log.CorrectsLogId);
        return new(
            next,
            kind,
            JsonSerializer.Serialize(data, WorkOrderEventsJson.Default.ProgressLogged),
            [WorkOrderRows.ProgressLogs.Insert(log)]);
    }

    private static bool IsAssignee(WorkOrderStep step, Caller caller) =>
        step.AssigneeId == caller.UserId;
}
