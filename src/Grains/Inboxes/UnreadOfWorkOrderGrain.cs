using Actors.ChangeLog;
using Actors.Storage;
using Actors.WorkOrders;

namespace Actors.Inboxes;

/// <summary>
/// Follows one order and tells the inboxes of those concerned what happened in its chat, and when somebody comes to take part in it
/// or ceases to. Key: the order's id. Remembers nothing: inboxes know which versions they contain.
/// </summary>
[ImplicitStreamSubscription(Namespace)]
internal sealed class UnreadOfWorkOrderGrain(ChangeConsumerServices services, Database database, IGrainFactory grains)
    : ChangeConsumerGrain(services)
{
    private const string Namespace = "work-orders";

    /// <summary>Inboxes told at once.</summary>
    private const int InboxesAtOnce = 64;

    public static readonly ChangeInterest Interest = new(
        Namespace,
        WorkOrderEvents.MessageSent,
        WorkOrderEvents.MessageDeleted,
        WorkOrderEvents.MessagesRead,
        WorkOrderEvents.StepAdded,
        WorkOrderEvents.StepChanged,
        WorkOrderEvents.StepRemoved,
        WorkOrderEvents.Changed,
        WorkOrderEvents.Deleted);

    protected override string Consumer => "inboxes";

    private string WorkOrderId => this.GetPrimaryKeyString();

    protected override Task HandleAsync(ChangeEvent change) => change.Kind switch
    {
        WorkOrderEvents.MessageSent => OnMessageAsync(change, InboxChangeKind.Sent),
        WorkOrderEvents.MessageDeleted => OnMessageAsync(change, InboxChangeKind.Deleted),
        WorkOrderEvents.MessagesRead => OnReadAsync(change),
        WorkOrderEvents.StepAdded or WorkOrderEvents.StepChanged or WorkOrderEvents.StepRemoved => OnStepsAsync(change),
        WorkOrderEvents.Changed => OnChangedAsync(change),
        WorkOrderEvents.Deleted => RecountAllAsync(change),
        _ => Task.CompletedTask,
    };

    private async Task OnMessageAsync(ChangeEvent change, InboxChangeKind kind)
    {
        // Only its author deletes a message: he is the actor of both.
        var message = Data(change, WorkOrderEventsJson.Default.MessageChanged);
        var readers = await InboxRows.ListReadersAsync(database, WorkOrderId);
        var recipients = Audience.Users(change).Union(readers, StringComparer.Ordinal).Where(user => user != change.Actor);
        var news = NewsOf(change, kind, change.Actor, message.Sequence);
        await TellAsync(recipients, inbox => inbox.Apply(news));
    }

    private Task OnReadAsync(ChangeEvent change)
    {
        var read = Data(change, WorkOrderEventsJson.Default.MessagesRead);
        var news = NewsOf(change, InboxChangeKind.Read, read.UserId, read.Sequence);
        return read.Unread is { } unread
            ? TellAsync([read.UserId], inbox => inbox.Apply(news with { Unread = unread }))
            : RecountAsync([read.UserId]);
    }

    private Task OnStepsAsync(ChangeEvent change)
    {
        var reassigned = Data(change, WorkOrderEventsJson.Default.StepsChanged).Reassigned;
        return reassigned.IsDefault ? RecountAllAsync(change) : RecountAsync(reassigned);
    }

    /// <summary>Managers of another factory come to see the order, those of the former do not any more.</summary>
    private Task OnChangedAsync(ChangeEvent change) =>
        Data(change, WorkOrderEventsJson.Default.WorkOrderChanged).Fields.Contains("targetFactoryId", StringComparer.Ordinal) ? RecountAllAsync(change) : Task.CompletedTask;

    private async Task RecountAllAsync(ChangeEvent change) => await RecountAsync(
        Audience.Users(change).Union(await InboxRows.ListConcernedAsync(database, WorkOrderId), StringComparer.Ordinal));

    private Task RecountAsync(IEnumerable<string> users) => TellAsync(users, inbox => inbox.Recount([WorkOrderId]));

    private async Task TellAsync(IEnumerable<string> users, Func<IInboxUpdates, Task> tell)
    {
        foreach (var some in users.Chunk(InboxesAtOnce))
        {
            await Task.WhenAll(some.Select(user => tell(grains.GetGrain<IInboxUpdates>(user))));
        }
    }

    private InboxChange NewsOf(ChangeEvent change, InboxChangeKind kind, string userId, long sequence) => new()
    {
        WorkOrderId = WorkOrderId,
        Version = change.Version,
        Kind = kind,
        UserId = userId ?? throw new FormatException("The event names no user."),
        Sequence = sequence > 0 ? sequence : throw new FormatException("The event names no message."),
        At = change.At,
    };
}
