using System.Collections.Immutable;
using Orleans.Streams;

namespace Actors.ChangeLog;

/// <summary>A place in the log, as Orleans' streams carry it.</summary>
[GenerateSerializer, Immutable, Alias("change-token")]
internal sealed class ChangeToken : StreamSequenceToken
{
    public ChangeToken(LogCursor cursor) => (Cursor, SequenceNumber) = (cursor, cursor.Position);

    [Id(0)]
    public LogCursor Cursor { get; private set; }

    [Id(1)]
    public override long SequenceNumber { get; protected set; }

    [Id(2)]
    public override int EventIndex { get; protected set; }

    public override int CompareTo(StreamSequenceToken? other) => other is ChangeToken token ? Cursor.CompareTo(token.Cursor) : 1;

    public override bool Equals(StreamSequenceToken? other) => other is ChangeToken token && Cursor == token.Cursor;

    public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

    public override int GetHashCode() => Cursor.GetHashCode();
}

/// <summary>Neighbours in the log that belong to one stream, i.e. to one entity: delivered together.</summary>
/// <param name="StreamId">Namespace: the topic's first segment. Key: the rest.</param>
/// <param name="Changes">At least one.</param>
[GenerateSerializer, Immutable, Alias("change-batch")]
internal sealed record ChangeBatch([property: Id(0)] StreamId StreamId, [property: Id(1)] ImmutableArray<LoggedChange> Changes) : IBatchContainer
{
    /// <summary>The place of the last change: a batch counts as delivered when all of it is.</summary>
    public LogCursor Cursor => Changes[^1].Cursor;

    public StreamSequenceToken SequenceToken => new ChangeToken(Cursor);

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>()
    {
        foreach (var logged in Changes)
        {
            if (logged.Change is T change)
            {
                yield return Tuple.Create<T, StreamSequenceToken>(change, new ChangeToken(logged.Cursor));
            }
        }
    }

    public bool ImportRequestContext() => false;

    /// <summary>Packs changes into batches, without changing their order.</summary>
    public static IList<IBatchContainer> Pack(IEnumerable<LoggedChange> changes, int mostOfABatch)
    {
        var batches = new List<IBatchContainer>();
        var neighbours = ImmutableArray.CreateBuilder<LoggedChange>();
        foreach (var logged in changes)
        {
            if (neighbours.Count > 0 && (neighbours.Count == mostOfABatch || neighbours[0].Change.Topic != logged.Change.Topic))
            {
                Close();
            }

            neighbours.Add(logged);
        }

        if (neighbours.Count > 0)
        {
            Close();
        }

        return batches;

        void Close() => batches.Add(new ChangeBatch(StreamOf(neighbours[0].Change.Topic), neighbours.DrainToImmutable()));
    }

    // work-orders/019b… → namespace work-orders, key 019b…
    private static StreamId StreamOf(string topic)
    {
        var slash = topic.IndexOf('/', StringComparison.Ordinal);
        return StreamId.Create(topic[..slash], topic[(slash + 1)..]);
    }
}
