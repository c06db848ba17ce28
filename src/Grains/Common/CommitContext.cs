using System.Collections.Immutable;
using Actors.ChangeLog;
using Actors.Storage;

namespace Actors;

/// <summary>What a commit says besides the change: which entity, who, when, and what to answer if the command comes again.</summary>
/// <param name="Id">The entity's id.</param>
/// <param name="Topic">The entity's topic in the change log.</param>
/// <param name="Actor">Who commanded.</param>
/// <param name="At">When.</param>
/// <param name="Audience">Who may learn of it.</param>
/// <param name="Key">The command's key, if it has one.</param>
/// <param name="Answer">The serialized answer, kept with the key.</param>
internal readonly record struct CommitContext(
    string Id, string Topic, string Actor, DateTimeOffset At, ImmutableArray<string> Audience, CommandKey? Key, byte[] Answer)
{
    /// <summary>The one commit of a change: root row, child rows, appended rows, change event, idempotency record.</summary>
    /// <param name="root">The table of the root row.</param>
    /// <param name="present">The state now; null if the entity does not exist.</param>
    /// <param name="change">What was decided.</param>
    /// <param name="children">The child rows in which the two states differ.</param>
    public Commit Write<TState>(Table<TState> root, TState? present, Change<TState> change, ImmutableArray<RowChange> children)
        where TState : class, IEntityState
    {
        var version = (present?.Version ?? 0) + 1;
        var entry = new ChangeEvent
        {
            Topic = Topic,
            Version = version,
            Kind = change.Kind,
            Data = change.Data,
            Actor = Actor,
            At = At,
            Audience = Audience,
        };
        return new Commit
        {
            Id = Id,
            ExpectedVersion = version - 1,
            Root = change.Next is null ? root.Delete(present!) : present is null ? root.Insert(change.Next) : root.Update(change.Next),
            Rows = [.. children, .. change.Rows, ChangeLogRows.Table.Insert(entry)],
            Idempotency = Key is null ? null : new(Topic, Actor, Key.Value, Key.RequestHash, Answer, At),
        };
    }
}
