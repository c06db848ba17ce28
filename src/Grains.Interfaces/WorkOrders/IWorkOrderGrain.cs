using Orleans.Concurrency;

namespace Actors.WorkOrders;

/// <summary>
/// One work order. Key: the order's id. Every method answers <c>WORK_ORDER_NOT_FOUND</c> to a caller who may not see the
/// order. A command's effect is durable once the method returns, and happens once for one <see cref="CommandKey"/>.
/// </summary>
[Alias("work-order-grain")]
public interface IWorkOrderGrain : ITopicGrain
{
    /// <summary>Creates the order as a draft owned by the caller. 409 <c>WORK_ORDER_CODE_TAKEN</c>, <c>WORK_ORDER_EXISTS</c>.</summary>
    [Alias("create")]
    Task<WorkOrder> Create(CreateWorkOrder command);

    /// <summary>The order, from memory.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<WorkOrder> Get();

    /// <summary>Changes the order's own fields. 409 <c>WORK_ORDER_CLOSED</c>, 412.</summary>
    [Alias("change")]
    Task<WorkOrder> Change(ChangeWorkOrder command);

    /// <summary>Moves the order to another status. 409 <c>ILLEGAL_STATUS</c>; reopening needs a manager and a reason.</summary>
    [Alias("change-status")]
    Task<WorkOrder> ChangeStatus(ChangeStatus command);

    /// <summary>Deletes a draft. 409 <c>WORK_ORDER_NOT_DRAFT</c> otherwise: cancel it.</summary>
    [Alias("delete")]
    Task Delete(long? expectedVersion);

    /// <summary>Adds a step. 409 <c>STEP_CODE_TAKEN</c>.</summary>
    [Alias("add-step")]
    Task<WorkOrder> AddStep(AddStep command);

    /// <summary>Changes, assigns or skips a step. 404 <c>STEP_NOT_FOUND</c>.</summary>
    [Alias("change-step")]
    Task<WorkOrder> ChangeStep(ChangeStep command);

    /// <summary>Removes a step that has no reports. 409 <c>STEP_HAS_PROGRESS</c> otherwise: skip it.</summary>
    [Alias("remove-step")]
    Task<WorkOrder> RemoveStep(string stepCode, long? expectedVersion);

    /// <summary>Puts the steps in another order.</summary>
    [Alias("reorder-steps")]
    Task<WorkOrder> ReorderSteps(ReorderSteps command);

    /// <summary>
    /// Appends a report to the log. 422 <c>OVER_PRODUCTION</c>, <c>STEP_GATE</c>; 409 <c>WORK_ORDER_NOT_RUNNING</c>,
    /// <c>STEP_SKIPPED</c>.
    /// </summary>
    [Alias("report-progress")]
    Task<WorkOrder> ReportProgress(ReportProgress command);

    /// <summary>Sets an earlier report right by a compensating entry. 404 <c>PROGRESS_LOG_NOT_FOUND</c>; 422 <c>STEP_GATE</c>.</summary>
    [Alias("correct-progress")]
    Task<WorkOrder> CorrectProgress(CorrectProgress command);

    /// <summary>The progress log, oldest first.</summary>
    /// <param name="after">Version of the last entry already had; 0 to start.</param>
    /// <param name="limit">1 to <see cref="PageLimits.MaxSize"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    [Alias("progress-logs"), AlwaysInterleave]
    Task<Page<ProgressLog>> ProgressLogs(long after, int limit, CancellationToken cancellationToken);

    /// <summary>Sends a message to the order's chat.</summary>
    [Alias("send-message")]
    Task<ChatMessage> SendMessage(SendMessage command);

    /// <summary>Edits a message of the caller's. 403 for somebody else's; 404 <c>MESSAGE_NOT_FOUND</c>.</summary>
    [Alias("edit-message")]
    Task<ChatMessage> EditMessage(EditMessage command);

    /// <summary>Deletes a message of the caller's; its place in the sequence stays, without payload.</summary>
    [Alias("delete-message")]
    Task<ChatMessage> DeleteMessage(string messageId);

    /// <summary>Messages after a sequence, oldest first.</summary>
    /// <param name="after">The last sequence already had; 0 to start.</param>
    /// <param name="limit">1 to <see cref="PageLimits.MaxSize"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    [Alias("messages"), AlwaysInterleave]
    Task<Page<ChatMessage>> Messages(long after, int limit, CancellationToken cancellationToken);

    /// <summary>Marks everything up to <paramref name="sequence"/> as read by the caller; never moves back.</summary>
    [Alias("mark-read")]
    Task<ReadState> MarkRead(long sequence);
}
