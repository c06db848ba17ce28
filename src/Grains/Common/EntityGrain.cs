using System.Collections.Immutable;
using Actors.Audit;
using Actors.ChangeLog;
using Actors.Storage;
using Orleans.Serialization;

namespace Actors;

/// <summary>The state of an entity: its aggregate, immutable, with the version that fences its root row.</summary>
internal interface IEntityState
{
    long Version { get; }
}

/// <summary>What a rule decided: the next state (null: the entity goes), the event that says so, and rows to append.</summary>
internal sealed record Change<TState>(TState? Next, string Kind, string Data, ImmutableArray<RowChange> Rows)
    where TState : class
{
    public Change(TState? next, string kind, string data) : this(next, kind, data, [])
    {
    }

    /// <summary>What the audit log is to say of it, in the same commit; null: nothing.</summary>
    public AuditNote? Audit { get; init; }
}

/// <summary>What every entity grain works with.</summary>
internal sealed class EntityServices(ICommitStore store, Database database, Serializer serializer, TimeProvider time)
{
    public ICommitStore Store { get; } = store;

    public Database Database { get; } = database;

    public Serializer Serializer { get; } = serializer;

    public TimeProvider Time { get; } = time;
}

/// <summary>
/// A grain whose rows are its state, and which is their only writer. Memory changes only after the store said yes, and no call is answered
/// from it in between; when nobody knows what the store did, the grain forgets its memory (deactivates) and the caller repeats his command.
/// </summary>
internal abstract class EntityGrain<TState>(EntityServices services) : Grain, IIncomingGrainCallFilter
    where TState : class, IEntityState
{
    private bool _isLoaded;
    private Task _writing = Task.CompletedTask;

    /// <summary>The committed state; null if the entity does not exist.</summary>
    protected TState? State { get; private set; }

    protected string Id => this.GetPrimaryKeyString();

    protected Database Database => services.Database;

    /// <inheritdoc cref="StorableTime.GetStorableNow"/>
    protected DateTimeOffset Now => services.Time.GetStorableNow();

    /// <summary>The entity's topic in the change log.</summary>
    protected abstract string Topic { get; }

    protected abstract Table<TState> Root { get; }

    protected abstract Task<TState?> LoadAsync(CancellationToken cancellationToken);

    /// <summary>The child rows in which two states differ.</summary>
    protected virtual ImmutableArray<RowChange> ChildChanges(TState? before, TState after) => [];

    /// <summary>Who may learn of a change that led to the given state, or ended it.</summary>
    protected abstract ImmutableArray<string> Audience(TState state);

    /// <summary>What to tell the caller whose command broke a constraint of the database.</summary>
    protected abstract AppException Refusal(string? constraint);

    /// <summary>
    /// Whether the call makes an entity under an id that hardly anybody has used before. Then nothing is loaded for it: the store says if the
    /// entity exists.
    /// </summary>
    protected virtual bool Creates(IIncomingGrainCallContext call) => false;

    /// <summary>Whether an entity of this kind could be created under the id of one that was deleted.</summary>
    protected virtual bool MayLiveTwice => true;

    /// <summary>Loads the state before the first call. Whoever calls for ids that do not exist must not fill the memory with them.</summary>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            // The log and lists may show a change before the memory here has it: who asks meanwhile waits.
            await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (!_isLoaded && !Creates(context))
            {
                await LoadOnceAsync();
            }

            await context.Invoke();
        }
        finally
        {
            if (State is null)
            {
                DeactivateOnIdle();
            }
        }
    }

    /// <summary>Decides, commits, answers; or, if the command was carried out before, answers as then.</summary>
    /// <param name="decide">The rule: refuses by an exception, or decides; null if there is nothing to do.</param>
    /// <param name="answer">The answer, from the state after the command.</param>
    /// <param name="key">The command's key; by default the one of the call.</param>
    protected async Task<TAnswer> ExecuteAsync<TAnswer>(
        Func<Change<TState>?> decide, Func<TState?, TAnswer> answer, CommandKey? key = null)
    {
        key ??= CommandKey.Current;
        Change<TState>? change;
        try
        {
            change = decide();
            if (State is null && change?.Next is not null && key is null && MayLiveTwice)
            {
                await RefuseSecondLifeAsync();
            }
        }
        catch (AppException) when (key is not null)
        {
            // The first time it may have been accepted: a repetition must not be refused because of its own effect.
            if (await FindAnswerAsync(key) is { } earlier)
            {
                return Replay<TAnswer>(earlier, key);
            }

            throw;
        }

        if (change is null)
        {
            // Nothing to do, maybe because it was done under this key.
            return key is not null && await FindAnswerAsync(key) is { } done ? Replay<TAnswer>(done, key) : answer(State);
        }

        var result = answer(change.Next);
        var writing = WriteAsync(Commit(change, key, key is null ? [] : services.Serializer.SerializeToArray(result)), change.Next);
        _writing = writing;
        var outcome = await writing;
        if (outcome.Status == CommitStatus.Conflict && key is not null && await FindAnswerAsync(key) is { } stored)
        {
            // Carried out before, maybe by an activation that is not this one: memory may be behind.
            (State, _isLoaded) = (await LoadAsync(CancellationToken.None), true);
            return Replay<TAnswer>(stored, key);
        }

        if (outcome.Status == CommitStatus.Conflict && !_isLoaded)
        {
            await LoadOnceAsync();
            return await ExecuteAsync(decide, answer, key);
        }

        EnsureCommitted(outcome);
        return result;
    }

    /// <summary>As <see cref="ITopicGrain.ReadChanges"/>, for a caller who was found to see the entity.</summary>
    protected async Task<TopicPage> ReadChangesAsync(long? after, int limit, CancellationToken cancellationToken)
    {
        var version = State?.Version ?? 0;
        if (after > version)
        {
            // Memory that is behind (another activation wrote) must not refuse what has happened.
            version = Math.Max(version, await ChangeLogRows.FindVersionAsync(Database, Topic, cancellationToken));
        }

        new Validator().Range("after", after ?? version, 0, version).Range("limit", limit, 1, PageLimits.MaxSize).ThrowIfInvalid();
        if (after is not { } last || last == version)
        {
            return new([], version);
        }

        var page = await ChangeLogRows.ReadTopicAsync(Database, Topic, last, limit, cancellationToken);
        return page.Items.IsEmpty || page.Items[^1].Version != last + page.Items.Length // versions are unique: any gap shows here
            ? new([], version, IsTooOld: true)
            : new(page.Items, Math.Max(version, page.Items[^1].Version));
    }

    private Commit Commit(Change<TState> change, CommandKey? key, byte[] answer)
    {
        var children = change.Next is null ? [] : ChildChanges(State, change.Next);
        if (change.Audit is { } note)
        {
            children = children.Add(AuditRows.Insert(note, Id, Now));
        }

        var context = new CommitContext(Id, Topic, Caller.Current?.UserId ?? Id, Now, Audience(change.Next ?? State!), key, answer);
        return context.Write(Root, State, change, children);
    }

    private async Task<CommitOutcome> WriteAsync(Commit commit, TState? next)
    {
        var outcome = await services.Store.CommitAsync(commit);
        if (outcome.Status == CommitStatus.Committed)
        {
            (State, _isLoaded) = (next, true);
        }
        else if (outcome.Status == CommitStatus.Unknown)
        {
            (State, _isLoaded) = (null, false); // who waited for it looks at the rows
        }

        return outcome;
    }

    private void EnsureCommitted(CommitOutcome outcome)
    {
        switch (outcome.Status)
        {
            case CommitStatus.Committed:
                return;
            case CommitStatus.Violation:
                throw Refusal(outcome.Constraint);
            case CommitStatus.NotWritten:
                throw Errors.Unavailable("The store takes no writes at the moment; nothing was changed.");
            case CommitStatus.Conflict:
                DeactivateOnIdle();
                throw Errors.Unavailable("Another writer was faster; nothing was changed. Repeat the command.");
            default:
                DeactivateOnIdle();
                throw Errors.Unavailable("Whether the change was written is not known; repeat it with the same idempotency key.");
        }
    }

    // Calls that interleave may load at once, and while a create commits: what is newer stays.
    private async Task LoadOnceAsync()
    {
        var state = await LoadAsync(CancellationToken.None);
        if (!_isLoaded)
        {
            (State, _isLoaded) = (state, true);
        }
    }

    // A topic's versions begin once: the log of an entity that was deleted must not go on with 1. Where the id is made from the
    // command's key, the key's record says so without asking: it is kept longer than the log.
    private async Task RefuseSecondLifeAsync()
    {
        if (await ChangeLogRows.FindVersionAsync(Database, Topic, CancellationToken.None) > 0)
        {
            throw Refusal(ChangeLogRows.KeyConstraint);
        }
    }

    private Task<StoredAnswer?> FindAnswerAsync(CommandKey key) => Database.FirstAsync(
        "select request_hash, answer from idempotency_keys where resource = @resource and caller_id = @caller and key = @key",
        [("resource", Topic), ("caller", Caller.Current?.UserId ?? Id), ("key", key.Value)],
        row => new StoredAnswer(row.GetString(0), row.GetFieldValue<byte[]>(1)));

    private TAnswer Replay<TAnswer>(StoredAnswer stored, CommandKey key) =>
        stored.RequestHash == key.RequestHash
            ? services.Serializer.Deserialize<TAnswer>(stored.Answer)!
            : throw new AppException(
                ErrorKind.Conflict, "IDEMPOTENCY_KEY_REUSED", "This idempotency key was used with another request.");

    private sealed record StoredAnswer(string RequestHash, byte[] Answer);
}
