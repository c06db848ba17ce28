using System.Globalization;
using static Actors.Storage.SpecTables;

namespace Actors.Storage;

public abstract partial class CommitStoreSpec
{
    [Fact]
    public async Task Values_that_the_database_cannot_read_harm_no_later_commit_of_the_same_shape()
    {
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(CommitStatus.Committed, await CommitAsync(New(Named($"good-{i}") with { Data = """{"a":1}""" })));
            Assert.Equal(CommitStatus.Violation, await CommitAsync(New(Named($"bad-{i}") with { Data = "no JSON" })));
        }
    }

    public static TheoryData<string, string?> Poisons => new()
    {
        { "unique", "spec_orders_code_key" },
        { "check", "spec_orders_quantity_check" },
        { "foreign key", "spec_lines_order_id_fkey" },
        { "taken key", "spec_lines_pkey" },
        { "unique of several columns", "spec_entries_order_id_version_text_key" },
        { "U+0000", null },
        { "half a surrogate pair", null },
        { "bad json", null },
    };

    [Theory]
    [MemberData(nameof(Poisons))]
    public async Task Poison_fails_only_its_own_commit_in_a_full_batch(string poison, string? constraint)
    {
        await CommitAsync(New(Named("first") with { Code = "taken" }));
        var batch = Many(128).SetItem(77, Poisoned(poison));

        var outcomes = await Task.WhenAll(batch.Select(c => Store.CommitAsync(c))).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.Equal(new CommitOutcome(CommitStatus.Violation, constraint), outcomes[77]);
        Assert.Equal(127, outcomes.Count(o => o.Status == CommitStatus.Committed));
        Assert.Equal(128, await CountAsync("select count(*) from spec_orders"));
        Assert.Equal(127, await CountAsync("select count(*) from spec_lines"));
        Assert.Null(await FindAsync("poison"));
    }

    [Theory]
    [InlineData("unique")]
    [InlineData("bad json")]
    public async Task Poison_in_the_same_transaction_fails_apart(string poison)
    {
        await CommitAsync(New(Named("first") with { Code = "taken" }));

        var outcomes = await WriteTogetherAsync(New(Named("a")), Poisoned(poison), New(Named("z")), Next(Named("stale") with { Version = 2 }, 1));

        Assert.Equal([CommitStatus.Committed, CommitStatus.Violation, CommitStatus.Committed, CommitStatus.Conflict], outcomes);
    }

    [Fact]
    public async Task Two_commits_of_one_batch_that_claim_the_same_code_do_not_both_get_it()
    {
        var outcomes = await WriteTogetherAsync(New(Named("a") with { Code = "one" }), New(Named("b") with { Code = "one" }));

        Assert.Equal([CommitStatus.Committed, CommitStatus.Violation], outcomes);
    }

    [Fact]
    public async Task A_table_that_does_not_exist_fails_only_its_own_commit()
    {
        var nowhere = new Table<Line>("spec_nowhere").Key("name", l => l.Name);

        var outcomes = await WriteTogetherAsync(New(Named("a")), New(Named("b"), nowhere.Insert(new Line("b", "x"))));

        Assert.Equal([CommitStatus.Committed, CommitStatus.NotWritten], outcomes);
        Assert.Null(await FindAsync("b"));
    }

    [Fact]
    public async Task Of_two_commits_on_one_root_at_once_one_wins()
    {
        await CommitAsync(New(Named("a")));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            CommitAsync(Next(Named("a") with { Version = 2 }, expected: 1, Line.Table.Insert(new Line("a", $"line-{i}"))))));

        Assert.Single(outcomes, CommitStatus.Committed);
        Assert.Equal(7, outcomes.Count(o => o == CommitStatus.Conflict));
        Assert.Equal(1, await CountAsync("select count(*) from spec_lines"));
    }

    [Fact]
    public async Task Sums_of_64_writers_equal_what_was_acknowledged()
    {
        const int Writers = 64;
        const int Rounds = 25;
        var acknowledged = await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"order-{w}");
            var count = 0;
            for (var version = 1; version <= Rounds; version++)
            {
                var order = Named(id) with { Version = version };
                var commit = Next(order, version - 1, Entry.Table.Insert(new Entry(id, version, "done")), Line.Table.Upsert(new Line(id, "x", version)))
                    with
                { Idempotency = Key(id, $"{version}") };
                count += await CommitAsync(commit) == CommitStatus.Committed ? 1 : 0;
            }

            return count;
        })));

        Assert.Equal(Writers * Rounds, acknowledged.Sum());
        Assert.Equal(Writers * Rounds, await CountAsync("select cast(sum(version) as bigint) from spec_orders"));
        Assert.Equal(Writers * Rounds, await CountAsync("select cast(sum(amount) as bigint) from spec_lines"));
        Assert.Equal(Writers * Rounds, await CountAsync("select count(*) from spec_entries"));
        Assert.Equal(Writers * Rounds, await CountAsync("select count(*) from idempotency_keys"));
    }

    private static Commit Poisoned(string poison) => poison switch
    {
        "unique" => New(Named("poison") with { Code = "taken" }, Line.Table.Insert(new Line("poison", "x"))),
        "check" => New(Named("poison") with { Quantity = -1 }),
        "foreign key" => New(Named("poison"), Line.Table.Insert(new Line("nobody", "x"))),
        "taken key" => New(Named("poison"), Line.Table.Insert(new Line("poison", "x")), Line.Table.Insert(new Line("poison", "x"))),
        "unique of several columns" => New(
            Named("poison"), Entry.Table.Insert(new Entry("poison", 1, "x")), Entry.Table.Insert(new Entry("poison", 1, "x"))),
        "U+0000" => New(Named("poison") with { Code = "a\0b" }),
        "half a surrogate pair" => New(Named("poison"), Entry.Table.Insert(new Entry("poison", 1, "a\uD83D"))),
        _ => New(Named("poison") with { Data = "{bad" }),
    };
}
