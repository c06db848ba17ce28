using Actors.Storage;
using Actors.WorkOrders;
using Orleans.Serialization;

namespace Actors.Bench;

/// <summary>
/// One work order as its grain holds it: decides by the product's rules and writes the product's commits. Used by one
/// caller at a time.
/// </summary>
internal sealed class Order(string id, Serializer serializer)
{
    private const int Steps = 6;

    private static readonly Caller Owner = new() { UserId = "owner", Role = UserRole.Admin };
    private static readonly WorkOrderOptions Options = new();

    private int _commands;

    public string Id => id;

    /// <summary>What was acknowledged last.</summary>
    public WorkOrderState? State { get; private set; }

    private static DateTimeOffset Now
    {
        get
        {
            var now = TimeProvider.System.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        }
    }

    public Change<WorkOrderState> Create() => WorkOrderRules.Create(
        null,
        id,
        $"WO-{id}",
        new CreateWorkOrder
        {
            Title = "齿轮箱 Gearbox housing, left",
            Priority = WorkOrderPriority.High,
            TargetQuantity = WorkOrderLimits.Quantity,
            TargetFactoryId = "factory-7",
            Steps =
            [
                .. Enumerable.Range(1, Steps).Select(step => new NewStep
                {
                    StepCode = $"step-{step}", StepName = "切割 Cutting", ExpectedQuantity = WorkOrderLimits.Quantity,
                }),
            ],
        },
        Options,
        Owner,
        Now);

    public Change<WorkOrderState> Release() => WorkOrderRules.ChangeStatus(State, new(WorkOrderStatus.Released), Owner, Now);

    /// <summary>One good piece; every step in its turn.</summary>
    public Change<WorkOrderState> Report()
    {
        var command = new ReportProgress
        {
            StepCode = State!.Document.Steps[_commands++ % Steps].StepCode,
            CompletedQuantity = 1,
            ConfirmationMode = ConfirmationMode.Scan,
        };
        return WorkOrderRules.ReportProgress(State, command, Owner, Now);
    }

    /// <summary>The commit of a change, as the grain writes it.</summary>
    /// <param name="change">What was decided.</param>
    /// <param name="hasKey">Whether the command came with an idempotency key.</param>
    public Commit Commit(Change<WorkOrderState> change, bool hasKey)
    {
        var at = Now;
        var key = hasKey ? new CommandKey { Value = Ids.New(at), RequestHash = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=" } : null;
        var answer = hasKey ? serializer.SerializeToArray(change.Next!.Document) : [];
        var audience = WorkOrderAccess.AudienceOf(change.Next!.Document);
        var context = new CommitContext(id, WorkOrderEvents.Topic(id), Owner.UserId, at, audience, key, answer);
        return context.Write(WorkOrderState.Table, State, change, StepRow.Changes(State?.Document, change.Next!.Document));
    }

    public void Accept(Change<WorkOrderState> change) => State = change.Next;
}
