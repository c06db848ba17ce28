using System.Text.Json;

namespace Actors.Inboxes;

/// <summary>How the changes of an order's chat change a user's inbox. Pure.</summary>
internal static class InboxRules
{
    /// <summary>The row after a change; the same row if the change is contained in it, or does not concern its user.</summary>
    public static InboxRow Apply(InboxRow row, InboxChange change)
    {
        if (change.Version <= row.SeenVersion)
        {
            return row;
        }

        var isMine = change.UserId == row.UserId;
        var isNews = change.Sequence > row.LastReadSequence;
        var next = change.Kind switch
        {
            InboxChangeKind.Sent when !isMine && isNews => row with { Unread = row.Unread + 1 },
            InboxChangeKind.Deleted when !isMine && isNews => row with { Unread = row.Unread - 1 },
            InboxChangeKind.Read when isMine && isNews => row with { LastReadSequence = change.Sequence, Unread = change.Unread },
            _ => row,
        };
        // What does nothing now will do nothing when it comes again, so it need not be remembered.
        return ReferenceEquals(next, row)
            ? row
            : next with { SeenVersion = change.Version, Handled = row.Handled + 1, UpdatedAt = change.At };
    }

    /// <summary>The row after it was counted anew; the same row if nothing differs, or if the count is older.</summary>
    /// <param name="row">The row now; null if the order is not in the inbox.</param>
    /// <param name="counted">What the order's own rows say; null if the user takes no part in it.</param>
    public static InboxRow? Recount(InboxRow? row, InboxRow? counted)
    {
        if (row is null || counted is null)
        {
            return counted;
        }

        var isSame = (row.Unread, row.LastReadSequence) == (counted.Unread, counted.LastReadSequence);
        return isSame || counted.SeenVersion < row.SeenVersion ? row : counted with { Handled = row.Handled };
    }

    /// <summary>The change of the inbox by which one order's row becomes another; null if they are the same.</summary>
    /// <param name="state">The inbox; null before its first change.</param>
    /// <param name="userId">Whose inbox.</param>
    /// <param name="before">The row now, null if there is none.</param>
    /// <param name="after">The row to be, null if it is to go.</param>
    /// <param name="now">When.</param>
    public static Change<InboxState>? Replace(InboxState? state, string userId, InboxRow? before, InboxRow? after, DateTimeOffset now)
    {
        if (before == after)
        {
            return null;
        }

        var total = (state?.Unread ?? 0) - (before?.Unread ?? 0) + (after?.Unread ?? 0);
        var data = new UnreadChanged(
            (after ?? before)!.WorkOrderId, after?.Unread ?? 0, total, (after ?? before)!.LastReadSequence);
        return new(
            new InboxState(userId, total, now, (state?.Version ?? 0) + 1),
            InboxEvents.UnreadChanged,
            JsonSerializer.Serialize(data, InboxEventsJson.Default.UnreadChanged),
            [after is null ? InboxRow.Table.Delete(before!) : InboxRow.Table.Upsert(after)]);
    }
}
