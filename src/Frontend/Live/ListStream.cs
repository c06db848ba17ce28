using System.Runtime.CompilerServices;

namespace Actors.Live;

/// <summary>
/// The changes of all entities of a kind that the caller may see. They come from every partition of the log; the token is the place in
/// each, so nothing depends on an order between partitions. Changes of one entity come in their order.
/// </summary>
internal sealed class ListStream(
    string list, string? after, Caller caller, LiveHub hub, IGrainFactory grains, LiveJson json, TimeProvider time) : TopicStream(list)
{
    private const int PageSize = 500;

    private readonly string _members = $"{list}/";
    private LogCursor[]? _places;
    private Watch? _watch;

    public override string Token => ResumeToken.Of(_places);

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (after is null)
        {
            (_watch, _places) = await hub.WatchListAsync(Topic, cancellationToken);
        }
        else
        {
            _places = ResumeToken.ReadPlaces(after);
        }
    }

    public override async IAsyncEnumerable<IReadOnlyList<Frame>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_watch is null)
        {
            await foreach (var batch in ResumeAsync(cancellationToken))
            {
                yield return batch;
            }
        }

        yield return [];
        while (await _watch!.WaitAsync(cancellationToken))
        {
            var frames = new List<Frame>();
            while (frames.Count < BatchSize && _watch.TryRead(out var change))
            {
                if (change.Cursor > _places![change.Partition])
                {
                    _places[change.Partition] = change.Cursor;
                    Add(frames, change.Change, change);
                }
            }

            yield return OrPassed(frames);
        }

        yield return [Speak(LiveEvent.Closed, json.Text(new LiveError(_watch.CutReason!, "Resume after the last event that you had.")))];
    }

    public override void Dispose() => _watch?.Dispose();

    // Most of what the client lacks is read before anybody watches for him, so that little has to wait in the buffer meanwhile.
    private async IAsyncEnumerable<IReadOnlyList<Frame>> ResumeAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isLost = false;
        for (var partition = 0; partition < ChangeLogLimits.Partitions && !isLost; partition++)
        {
            await foreach (var (frames, lost) in ReadLogAsync(partition, goal: null, cancellationToken))
            {
                isLost |= lost;
                yield return OrPassed(frames);
            }
        }

        (_watch, var positions) = await hub.WatchListAsync(Topic, cancellationToken);
        for (var partition = 0; partition < ChangeLogLimits.Partitions && !isLost; partition++)
        {
            await foreach (var (frames, lost) in ReadLogAsync(partition, positions[partition], cancellationToken))
            {
                isLost |= lost;
                yield return OrPassed(frames);
            }
        }

        if (isLost)
        {
            _places = positions;
            yield return [Speak(LiveEvent.Reset, "{}")];
        }
    }

    /// <summary>A partition's changes after the client's place: to a goal, or without one to about the end of the log.</summary>
    private async IAsyncEnumerable<(List<Frame> Frames, bool IsLost)> ReadLogAsync(
        int partition, LogCursor? goal, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tail = grains.GetGrain<ITailGrain>(partition);
        var places = _places!;
        while (goal is null || places[partition] < goal)
        {
            var page = await tail.Read(places[partition], PageSize, TimeSpan.Zero, cancellationToken);
            if (page.IsLost)
            {
                yield return ([], true);
                yield break;
            }

            var frames = new List<Frame>();
            foreach (var logged in page.Changes)
            {
                places[partition] = logged.Cursor;
                Add(frames, logged.Change);
            }

            yield return (frames, false);
            if (page.Changes.Length == 0 || (goal is null && page.Changes.Length < PageSize))
            {
                yield break;
            }
        }
    }

    private List<Frame> OrPassed(List<Frame> frames) => frames.Count > 0 ? frames : [Frame.Passed(Token)];

    private void Add(List<Frame> frames, ChangeEvent change, LiveChange? shared = null)
    {
        if (change.Topic.StartsWith(_members, StringComparison.Ordinal) && Audience.Includes(change, caller))
        {
            frames.Add(new Frame(change.Kind, shared?.ToJson(json) ?? json.Write(LiveEvent.Of(change, change.Topic)), Token));
        }
    }

    private Frame Speak(string what, string data) => new(
        what, json.Write(new LiveEvent { Topic = Topic, Version = 0, Kind = what, At = time.GetUtcNow(), Data = data }), Token);
}
