using System.Diagnostics.CodeAnalysis;
using Orleans.Streams;

namespace Actors.ChangeLog;

/// <summary>
/// The batches of one partition that are on their way to consumers: in the order of the log, and linked per stream, so that a consumer
/// steps from one of his own to the next. Only what is first in the log and passed by every consumer leaves, so all before the last one
/// that left is handled. The receiver bounds the number. Called by one agent, one call at a time.
/// </summary>
internal sealed class ChangeQueueCache : IQueueCache
{
    private readonly Queue<Node> _order = new();
    private readonly Dictionary<StreamId, StreamNodes> _streams = [];

    // Zero or less would stop the agent for good.
    public int GetMaxAddCount() => ChangeLogLimits.MaxPage;

    public bool IsUnderPressure() => false;

    public void AddToCache(IList<IBatchContainer> messages)
    {
        foreach (var message in messages)
        {
            var batch = (ChangeBatch)message;
            _order.Enqueue(StreamOf(batch.StreamId).Append(batch));
        }
    }

    public bool TryPurgeFromCache([MaybeNullWhen(false)] out IList<IBatchContainer> purgedItems)
    {
        List<IBatchContainer>? passed = null;
        while (_order.TryPeek(out var first) && first.Stream.IsPassedByAll(first))
        {
            _order.Dequeue();
            first.Stream.Before = first;
            (passed ??= []).Add(first.Batch!);
            Forget(first.Stream);
        }

        purgedItems = passed;
        return passed is not null;
    }

    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token)
    {
        var stream = StreamOf(streamId);
        var cursor = new Cursor(this, stream, token is null ? stream.Last : stream.FindBefore(token));
        stream.Cursors.Add(cursor);
        return cursor;
    }

    private StreamNodes StreamOf(StreamId streamId)
    {
        if (!_streams.TryGetValue(streamId, out var stream))
        {
            _streams.Add(streamId, stream = new StreamNodes(streamId));
        }

        return stream;
    }

    private void Forget(StreamNodes stream)
    {
        if (stream.IsEmpty && stream.Cursors.Count == 0)
        {
            _streams.Remove(stream.Id);
        }
    }

    private sealed class Node(StreamNodes stream, ChangeBatch? batch, long number)
    {
        public StreamNodes Stream => stream;

        public ChangeBatch? Batch => batch;

        public long Number => number;

        public Node? Next { get; set; }
    }

    private sealed class StreamNodes
    {
        public StreamNodes(StreamId id)
        {
            Id = id;
            Before = Last = new Node(this, batch: null, number: 0);
        }

        public StreamId Id { get; }

        /// <summary>The last node that left, or the beginning.</summary>
        public Node Before { get; set; }

        public Node Last { get; private set; }

        public List<Cursor> Cursors { get; } = [];

        public bool IsEmpty => Before == Last;

        public Node Append(ChangeBatch batch) => Last = Last.Next = new Node(this, batch, Last.Number + 1);

        public Node FindBefore(StreamSequenceToken token)
        {
            var node = Before;
            while (node.Next is { } next && next.Batch!.SequenceToken.CompareTo(token) < 0)
            {
                node = next;
            }

            return node;
        }

        public bool IsPassedByAll(Node node) => Cursors.TrueForAll(cursor => cursor.PassedNumber >= node.Number);
    }

    private sealed class Cursor(ChangeQueueCache cache, StreamNodes stream, Node passed) : IQueueCacheCursor
    {
        private Node _passed = passed;
        private Node? _current;

        public long PassedNumber => _passed.Number;

        public IBatchContainer? GetCurrent(out Exception? exception)
        {
            exception = null;
            return _current?.Batch;
        }

        // To ask for the next one says that the current one was delivered.
        public bool MoveNext()
        {
            _passed = _current ?? _passed;
            _current = _passed.Next;
            return _current is not null;
        }

        public void Refresh(StreamSequenceToken token)
        {
            // The next node appears by itself.
        }

        public void RecordDeliveryFailure()
        {
            // The agent tries for ever.
        }

        public void Dispose()
        {
            if (stream.Cursors.Remove(this))
            {
                cache.Forget(stream);
            }
        }
    }
}
