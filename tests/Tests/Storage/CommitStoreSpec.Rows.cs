using static Actors.Storage.SpecTables;

namespace Actors.Storage;

public abstract partial class CommitStoreSpec
{
    [Fact]
    public async Task Every_type_of_column_comes_back_as_it_was_written()
    {
        var order = Named("a") with
        {
            Code = "工单 'x' \"y\" 🙂",
            Quantity = long.MaxValue,
            Done = true,
            At = Order.Noon,
            Data = """{"a": [1, "工"]}""",
            Picture = [0, 255],
        };

        Assert.Equal(CommitStatus.Committed, await CommitAsync(New(order)));

        var found = (await FindAsync("a"))!;
        Assert.Equal(order with { Data = null, Picture = null }, found with { Data = null, Picture = null });
        Assert.Equal(order.Picture, found.Picture);
        Assert.Equal("""{"a":[1,"工"]}""", found.Data!.Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Missing_values_come_back_as_null()
    {
        Assert.Equal(CommitStatus.Committed, await CommitAsync(New(Named("a"))));

        Assert.Equal(Named("a"), await FindAsync("a"));
    }

    [Fact]
    public async Task Times_of_other_zones_are_found_in_the_order_of_time()
    {
        var early = Named("early") with { At = Order.Noon.AddHours(-1).ToOffset(TimeSpan.FromHours(9)) };
        var late = Named("late") with { At = Order.Noon.AddMilliseconds(1).ToOffset(TimeSpan.FromHours(-9)) };
        Assert.Equal([CommitStatus.Committed, CommitStatus.Committed], await WriteTogetherAsync(New(early), New(late)));

        var before = await Database.ListAsync("select id from spec_orders where at <= @noon", [("noon", Order.Noon)], r => r.GetString(0), Cancellation);

        Assert.Equal(["early"], before);
        Assert.Equal(late.At, (await FindAsync("late"))!.At);
    }

    [Fact]
    public async Task An_insert_an_update_and_a_delete_take_their_children_along()
    {
        Assert.Equal(CommitStatus.Committed, await CommitAsync(
            New(Named("a"), Line.Table.Insert(new Line("a", "x")), Line.Table.Insert(new Line("a", "y")), Line.Table.Insert(new Line("a", "z")))));
        Assert.Equal("x1 y1 z1", await LinesAsync("a"));

        Assert.Equal(CommitStatus.Committed, await CommitAsync(Next(
            Named("a") with { Version = 2, Quantity = 7 },
            expected: 1,
            Line.Table.Update(new Line("a", "x", 2)),
            Line.Table.Upsert(new Line("a", "y", 3)),
            Line.Table.Upsert(new Line("a", "new", 4)),
            Line.Table.Delete(new Line("a", "z")))));
        Assert.Equal("new4 x2 y3", await LinesAsync("a"));
        Assert.Equal(7, (await FindAsync("a"))!.Quantity);

        Assert.Equal(CommitStatus.Committed, await CommitAsync(Delete(
            "a", 2, Line.Table.Delete(new Line("a", "x")), Line.Table.Delete(new Line("a", "y")), Line.Table.Delete(new Line("a", "new")))));
        Assert.Null(await FindAsync("a"));
        Assert.Equal("", await LinesAsync("a"));
    }

    [Fact]
    public async Task A_row_may_take_the_place_of_one_that_the_same_commit_deletes()
    {
        await CommitAsync(New(Named("a"), Line.Table.Insert(new Line("a", "x"))));

        Assert.Equal(CommitStatus.Committed, await CommitAsync(Next(
            Named("a") with { Version = 2 }, expected: 1, Line.Table.Insert(new Line("a", "x", 5)), Line.Table.Delete(new Line("a", "x")))));

        Assert.Equal("x5", await LinesAsync("a"));
    }

    [Fact]
    public async Task Appended_rows_are_numbered_in_their_order()
    {
        var entries = Enumerable.Range(0, 50).Select(i => Entry.Table.Insert(new Entry("a", 1, $"{(i * 37) % 50}"))).ToArray();

        Assert.Equal(CommitStatus.Committed, await CommitAsync(New(Named("a"), entries)));

        var texts = await Database.ListAsync("select text from spec_entries order by position", [], r => r.GetString(0), Cancellation);
        Assert.Equal(entries.Select(e => ((Entry)e.Row).Text).ToArray(), texts.ToArray());
    }

    [Fact]
    public async Task A_stale_version_writes_nothing_and_its_batch_mates_commit()
    {
        await CommitAsync(New(Named("b"), Line.Table.Insert(new Line("b", "x"))));

        var outcomes = await WriteTogetherAsync(
            New(Named("a"), Line.Table.Insert(new Line("a", "x"))),
            Next(Named("b") with { Version = 8 }, expected: 7, Line.Table.Insert(new Line("b", "stale")), Line.Table.Delete(new Line("b", "x"))),
            New(Named("c")));

        Assert.Equal([CommitStatus.Committed, CommitStatus.Conflict, CommitStatus.Committed], outcomes);
        Assert.Equal("x1", await LinesAsync("b"));
        Assert.Equal(1, (await FindAsync("b"))!.Version);
        Assert.Equal(3, await CountAsync("select count(*) from spec_orders"));
    }

    [Fact]
    public async Task Creating_what_is_there_updating_what_is_not_and_deleting_another_version_conflict()
    {
        await CommitAsync(New(Named("a") with { Quantity = 1 }));

        Assert.Equal(CommitStatus.Conflict, await CommitAsync(New(Named("a") with { Quantity = 2 }, Line.Table.Insert(new Line("a", "x")))));
        Assert.Equal(CommitStatus.Conflict, await CommitAsync(Next(Named("lost") with { Version = 3 }, expected: 2)));
        Assert.Equal(CommitStatus.Conflict, await CommitAsync(Delete("a", 2)));

        Assert.Equal(1, (await FindAsync("a"))!.Quantity);
        Assert.Equal(1, await CountAsync("select count(*) from spec_orders"));
        Assert.Equal("", await LinesAsync("a"));
    }

    [Fact]
    public async Task A_known_idempotency_key_writes_nothing_and_its_batch_mates_commit()
    {
        Assert.Equal(CommitStatus.Committed, await CommitAsync(New(Named("a")) with { Idempotency = Key("orders/a", "1") }));

        var outcomes = await WriteTogetherAsync(
            Next(Named("a") with { Version = 2 }, expected: 1, Line.Table.Insert(new Line("a", "again"))) with { Idempotency = Key("orders/a", "1") },
            New(Named("b")) with { Idempotency = Key("orders/b", "1") });

        Assert.Equal([CommitStatus.Conflict, CommitStatus.Committed], outcomes);
        Assert.Equal(1, (await FindAsync("a"))!.Version);
        Assert.Equal("", await LinesAsync("a"));
        Assert.Equal(2, await CountAsync("select count(*) from idempotency_keys"));
    }

    [Fact]
    public async Task A_conflict_keeps_no_idempotency_key()
    {
        Assert.Equal(CommitStatus.Conflict, await CommitAsync(
            Next(Named("a") with { Version = 2 }, expected: 1) with { Idempotency = Key("orders/a", "1") }));

        Assert.Equal(0, await CountAsync("select count(*) from idempotency_keys"));
    }

    private static Commit Delete(string id, long expected, params RowChange[] rows) => new()
    {
        Id = id,
        ExpectedVersion = expected,
        Root = Order.Table.Delete(Named(id)),
        Rows = [.. rows],
    };
}
