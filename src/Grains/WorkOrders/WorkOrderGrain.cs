using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Actors.ChangeLog;
using Actors.Storage;
using Microsoft.Extensions.Options;

namespace Actors.WorkOrders;

/// <summary>
/// One work order. Key: the order's id. Owns: the sum of a step's log entries is the step's totals, only legal status changes,
/// a gapless message sequence. Durable once a method returns. The chat and the log are rows only; the order is in memory.
/// </summary>
internal sealed class WorkOrderGrain(EntityServices services, IGrainFactory grains, IOptions<WorkOrderOptions> options)
    : EntityGrain<WorkOrderState>(services), IWorkOrderGrain
{
    protected override string Topic => WorkOrderEvents.Topic(Id);

    protected override Table<WorkOrderState> Root => WorkOrderState.Table;

    private static Caller Me => Caller.Current!;

    protected override bool Creates(IIncomingGrainCallContext call) => call.MethodName == nameof(Create);

    public async Task<WorkOrder> Create(CreateWorkOrder command)
    {
        WorkOrderRules.Validate(command);
        if (State is not null)
        {
            return await Create(command, command.Code ?? State.Document.Code);
        }

        if (command.Code is not null)
        {
            // The unique key decides. But a commit that breaks it costs its whole batch a second try, so ask first.
            var isTaken = await WorkOrderRows.CodeExistsAsync(Database, command.Code);
            return await Create(command, command.Code, isTaken);
        }

        var codes = grains.GetGrain<ISequenceGrain>($"work-orders/{Now.Year}");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Create(command, $"WO-{Now.Year}-{await codes.Next():D6}");
            }
            catch (AppException taken) when (taken.Code == CodeTaken && attempt < 20)
            {
                // Somebody gave his own order this number: take the next.
            }
        }
    }

    public Task<WorkOrder> Get() => Task.FromResult(WorkOrderAccess.Visible(State, Me).Document);

    public Task<WorkOrder> Change(ChangeWorkOrder command) =>
        ExecuteAsync(() => WorkOrderRules.ChangeFields(State, command, Me, Now), Document);

    public Task<WorkOrder> ChangeStatus(ChangeStatus command) =>
        ExecuteAsync(() => WorkOrderRules.ChangeStatus(State, command, Me, Now), Document);

    public Task Delete(long? expectedVersion) =>
        ExecuteAsync(() => WorkOrderRules.Delete(State, expectedVersion, Me), _ => true);

    public Task<WorkOrder> AddStep(AddStep command) =>
        ExecuteAsync(() => WorkOrderRules.AddStep(State, command, Me, Now), Document);

    public Task<WorkOrder> ChangeStep(ChangeStep command) =>
        ExecuteAsync(() => WorkOrderRules.ChangeStep(State, command, Me, Now), Document);

    public Task<WorkOrder> RemoveStep(string stepCode, long? expectedVersion) =>
        ExecuteAsync(() => WorkOrderRules.RemoveStep(State, stepCode, expectedVersion, Me, Now), Document);

    public Task<WorkOrder> ReorderSteps(ReorderSteps command) =>
        ExecuteAsync(() => WorkOrderRules.ReorderSteps(State, command, Me, Now), Document);

    public Task<WorkOrder> ReportProgress(ReportProgress command) =>
        ExecuteAsync(() => WorkOrderRules.ReportProgress(State, command, Me, Now), Document);

    public async Task<WorkOrder> CorrectProgress(CorrectProgress command)
    {
        WorkOrderAccess.Visible(State, Me);
        var report = await WorkOrderRows.FindNetReportAsync(Database, Id, command.LogId);
        return await ExecuteAsync(() => WorkOrderRules.CorrectProgress(State, report, command, Me, Now), Document);
    }

    public Task<Page<ProgressLog>> ProgressLogs(long after, int limit, CancellationToken cancellationToken)
    {
        WorkOrderAccess.Visible(State, Me);
        ValidatePage(after, limit);
        return WorkOrderRows.ListProgressLogsAsync(Database, Id, after, limit, cancellationToken);
    }

    public Task<ChatMessage> SendMessage(SendMessage command)
    {
        ChatMessage message = null!;
        return ExecuteAsync(
            () =>
            {
                (var change, message) = WorkOrderRules.SendMessage(State, command, Me, Now);
                return change;
            },
            _ => message,
            command.ClientMessageId is null ? null : MessageKey(command));
    }

    public async Task<ChatMessage> EditMessage(EditMessage command)
    {
        WorkOrderAccess.Visible(State, Me);
        var message = await WorkOrderRows.FindMessageAsync(Database, Id, command.MessageId);
        return await ExecuteAsync(
            () =>
            {
                (var change, message) = WorkOrderRules.EditMessage(State, message, command, Me, Now);
                return change;
            },
            _ => message!);
    }

    public async Task<ChatMessage> DeleteMessage(string messageId)
    {
        WorkOrderAccess.Visible(State, Me);
        var message = await WorkOrderRows.FindMessageAsync(Database, Id, messageId);
        return await ExecuteAsync(
            () =>
            {
                (var change, message) = WorkOrderRules.DeleteMessage(State, message, Me, Now);
                return change;
            },
            _ => message!);
    }

    public Task<Page<ChatMessage>> Messages(long after, int limit, CancellationToken cancellationToken)
    {
        WorkOrderAccess.Visible(State, Me);
        ValidatePage(after, limit);
        return WorkOrderRows.ListMessagesAsync(Database, Id, after, limit, cancellationToken);
    }

    public async Task<ReadState> MarkRead(long sequence)
    {
        WorkOrderAccess.Visible(State, Me);
        var read = await WorkOrderRows.FindReadStateAsync(Database, Id, Me.UserId, sequence);
        return await ExecuteAsync(
            () => WorkOrderRules.MarkRead(State, read, sequence, Me, Now),
            _ => read with { LastReadSequence = Math.Max(read.LastReadSequence, sequence) });
    }

    public Task<TopicPage> ReadChanges(long? after, int limit, CancellationToken cancellationToken)
    {
        WorkOrderAccess.Visible(State, Me);
        return ReadChangesAsync(after, limit, cancellationToken);
    }

    protected override Task<WorkOrderState?> LoadAsync(CancellationToken cancellationToken) =>
        WorkOrderState.LoadAsync(Database, Id, cancellationToken);

    protected override ImmutableArray<RowChange> ChildChanges(WorkOrderState? before, WorkOrderState after) =>
        StepRow.Changes(before?.Document, after.Document);

    protected override ImmutableArray<string> Audience(WorkOrderState state) => WorkOrderAccess.AudienceOf(state.Document);

    protected override AppException Refusal(string? constraint) => constraint switch
    {
        CodeKey => new(ErrorKind.Conflict, CodeTaken, "Another work order has this code."),
        ChangeLogRows.KeyConstraint or "change_events_topic_version_key" =>
            new(ErrorKind.Conflict, "WORK_ORDER_EXISTS", "A work order with this id existed before."),
        null => Errors.Invalid("", "holds a value that cannot be stored"),
        _ when constraint.EndsWith("_fkey", StringComparison.Ordinal) =>
            new(ErrorKind.Rule, "USER_NOT_FOUND", "The caller or an assignee is not a known user."),
        _ => new(ErrorKind.Rule, "REFUSED_BY_STORE", $"The store refused the change ({constraint})."),
    };

    private const string CodeKey = "work_orders_code_key";
    private const string CodeTaken = "WORK_ORDER_CODE_TAKEN";

    private static WorkOrder Document(WorkOrderState? state) => state!.Document;

    private Task<WorkOrder> Create(CreateWorkOrder command, string code, bool isTaken = false) => ExecuteAsync(
        () => isTaken ? throw Refusal(CodeKey) : WorkOrderRules.Create(State, Id, code, command, options.Value, Me, Now), Document);

    private static CommandKey MessageKey(SendMessage command) => new()
    {
        Value = $"message:{command.ClientMessageId}",
        RequestHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{command.MessageType}\n{command.Payload}"))),
    };

    private static void ValidatePage(long after, int limit) => new Validator()
        .Range("after", after, 0, long.MaxValue)
        .Range("limit", limit, 1, PageLimits.MaxSize)
        .ThrowIfInvalid();
}
