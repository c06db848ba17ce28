using System.Runtime.CompilerServices;

namespace Actors.Live;

/// <summary>
/// The changes of one entity. Watches first, then asks the entity's grain for what the client does not have, then goes on with what comes:
/// versions without gaps say what was seen and what is missing.
/// </summary>
internal sealed class EntityStream(
    string topic, EntityTopic kind, string id, string? after, Caller caller, LiveHub hub, IGrainFactory grains, LiveJson json, TimeProvider time)
    : TopicStream(topic)
{
    private const int PageSize = PageLimits.MaxSize;

    private readonly string _loggedTopic = $"{kind.Name}/{id}";
    private readonly ITopicGrain _entity = kind.Grain(grains, id);
    private Watch? _watch;
    private TopicPage? _first;
    private long _version;
    private volatile bool _isClosed;

    public override string Token => ResumeToken.Of(_version);

    public override bool IsOver => _isClosed;

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        var last = after is null ? (long?)null : ResumeToken.ReadVersion(after);
        _watch = await hub.WatchAsync(_loggedTopic, cancellationToken);
        _first = await _entity.ReadChanges(last, PageSize, cancellationToken);
        _version = last ?? _first.Version;
    }

    public override async IAsyncEnumerable<IReadOnlyList<Frame>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in CatchUpAsync(_first!, cancellationToken))
        {
            yield return batch;
        }

        yield return [];
        while (!_isClosed && await _watch!.WaitAsync(cancellationToken))
        {
            var frames = new List<Frame>();
            while (!_isClosed && frames.Count < BatchSize && _watch.TryRead(out var change))
            {
                if (change.Change.Version > _version + 1)
                {
                    // A hole, e.g. because a new tail began behind the entity's last change: the log has what is missing.
                    await foreach (var batch in CatchUpAsync(await _entity.ReadChanges(_version, PageSize, cancellationToken), cancellationToken))
                    {
                        frames.AddRange(batch);
                    }
                }

                if (change.Change.Version > _version)
                {
                    frames.Add(Audience.Includes(change.Change, caller) ? Write(change) : Close("NOT_VISIBLE", "This topic is no longer visible."));
                }
            }

            if (frames.Count > 0)
            {
                yield return frames;
            }
        }

        if (_watch!.CutReason is { } reason && !_isClosed)
        {
            yield return [Close(reason, "Resume after the last event that you had.")];
        }
    }

    public override void Dispose() => _watch?.Dispose();

    /// <summary>The changes of a page and of those after it. Who may see the entity may see its history.</summary>
    private async IAsyncEnumerable<IReadOnlyList<Frame>> CatchUpAsync(TopicPage page, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            if (page.IsTooOld)
            {
                yield return [await ResetAsync(page.Version, cancellationToken)];
                yield break;
            }

            var frames = new List<Frame>(page.Changes.Length);
            foreach (var change in page.Changes)
            {
                frames.Add(Write(change, json.Write(LiveEvent.Of(change, Topic))));
            }

            if (frames.Count > 0)
            {
                yield return frames;
            }

            if (page.Changes.Length < PageSize || _isClosed)
            {
                yield break;
            }

            page = await _entity.ReadChanges(_version, PageSize, cancellationToken);
        }
    }

    private Frame Write(LiveChange change) => Write(
        change.Change,
        kind.OwnName is null ? change.ToJson(json) : json.Write(LiveEvent.Of(change.Change, Topic)));

    private Frame Write(ChangeEvent change, byte[] text)
    {
        _version = change.Version;
        _isClosed = change.Kind == kind.LastKind;
        return new Frame(change.Kind, text, Token);
    }

    private async Task<Frame> ResetAsync(long version, CancellationToken cancellationToken)
    {
        // The version first: what changes before the snapshot is taken comes again as an event, and is not lost.
        _version = version;
        return Speak(LiveEvent.Reset, await kind.Snapshot(grains, id, json, cancellationToken));
    }

    private Frame Close(string code, string message)
    {
        _isClosed = true;
        return Speak(LiveEvent.Closed, json.Text(new LiveError(code, message)));
    }

    private Frame Speak(string what, string data) => new(
        what,
        json.Write(new LiveEvent { Topic = Topic, Version = _version, Kind = what, At = time.GetUtcNow(), Data = data }),
        Token);
}
