using Orleans.Streams;

namespace Actors.ChangeLog;

/// <summary>Changes on their way to consumers, as the agent of a partition moves them.</summary>
public sealed class ChangeQueueCacheTests
{
    private readonly ChangeQueueCache _cache = new();

    [Fact]
    public void A_consumer_gets_what_his_stream_has_from_his_place_on_and_what_comes_later()
    {
        _cache.AddToCache([Batch("a", 1), Batch("b", 2), Batch("a", 3)]);
        using var cursor = CursorAt("a", 3);

        Assert.Equal([3], Drain(cursor));
        _cache.AddToCache([Batch("b", 4), Batch("a", 5), Batch("a", 6)]);
        Assert.Equal([5, 6], Drain(cursor));
    }

    [Fact]
    public void Nothing_leaves_before_what_is_first_in_the_log_was_delivered()
    {
        _cache.AddToCache([Batch("a", 1), Batch("b", 2), Batch("a", 3)]);
        using var a = CursorAt("a", 1);
        using var b = CursorAt("b", 2);

        Drain(b);
        Assert.Empty(Purged());
        Assert.True(Moves(a)); // The first one is at its consumer, not yet taken.
        Assert.Empty(Purged());
        Assert.True(Moves(a));
        Assert.Equal([1, 2], Purged());
        Assert.False(Moves(a));
        Assert.Equal([3], Purged());
    }

    [Fact]
    public void What_two_consumers_want_leaves_when_both_have_it()
    {
        _cache.AddToCache([Batch("a", 1)]);
        using var one = CursorAt("a", 1);
        var other = CursorAt("a", 1);

        Drain(one);
        Assert.Empty(Purged());
        other.Dispose();
        Assert.Equal([1], Purged());
    }

    [Fact]
    public void A_consumer_without_a_place_gets_only_what_comes_later()
    {
        _cache.AddToCache([Batch("a", 1)]);
        using var cursor = _cache.GetCacheCursor(StreamId.Create("users", "a"), null);

        Assert.Empty(Drain(cursor));
        _cache.AddToCache([Batch("a", 2)]);
        Assert.Equal([2], Drain(cursor));
    }

    [Fact]
    public void Streams_that_come_again_after_all_left_begin_anew()
    {
        _cache.AddToCache([Batch("a", 1)]);
        using (var cursor = CursorAt("a", 1))
        {
            Drain(cursor);
            Assert.Equal([1], Purged());
        }

        _cache.AddToCache([Batch("a", 2)]);
        using var next = CursorAt("a", 2);
        Assert.Equal([2], Drain(next));
        Assert.Equal([2], Purged());
    }

    [Fact]
    public void Neighbours_of_one_entity_are_packed_and_their_order_stays()
    {
        var batches = ChangeBatch.Pack([Logged("a", 1), Logged("a", 2), Logged("b", 3), Logged("a", 4), Logged("a", 5), Logged("a", 6)], mostOfABatch: 2)
            .Cast<ChangeBatch>().ToList();

        Assert.Equal(["1 2", "3", "4 5", "6"], batches.Select(b => string.Join(' ', b.Changes.Select(c => c.Cursor.Position))));
        Assert.Equal(new ChangeToken(new(0, 2)), batches[0].SequenceToken);
        Assert.Equal([1L, 2L], batches[0].GetEvents<ChangeEvent>().Select(e => e.Item1.Version));
    }

    [Fact]
    public void The_agent_is_never_told_to_stop() => Assert.Equal((true, false), (_cache.GetMaxAddCount() > 0, _cache.IsUnderPressure()));

    private IQueueCacheCursor CursorAt(string id, long position) =>
        _cache.GetCacheCursor(StreamId.Create("users", id), new ChangeToken(new(0, position)));

    private static bool Moves(IQueueCacheCursor cursor) => cursor.MoveNextWithResult().Kind == QueueCacheCursorMoveResultKind.Success;

    private static List<long> Drain(IQueueCacheCursor cursor)
    {
        var positions = new List<long>();
        while (Moves(cursor))
        {
            positions.Add(((ChangeBatch)cursor.GetCurrent(out _)!).Cursor.Position);
        }

        return positions;
    }

    private IEnumerable<long> Purged() =>
        _cache.TryPurgeFromCache(out var purged) ? purged.Select(b => ((ChangeBatch)b).Cursor.Position) : [];

    private static ChangeBatch Batch(string id, long position) => new(StreamId.Create("users", id), [Logged(id, position)]);

    private static LoggedChange Logged(string id, long position) => new(
        new(0, position), new ChangeEvent { Topic = $"users/{id}", Version = position, Kind = "kind", Data = "{}", Actor = "actor" });
}
