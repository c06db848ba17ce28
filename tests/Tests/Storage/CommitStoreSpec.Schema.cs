using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static Actors.Storage.SpecTables;

namespace Actors.Storage;

public abstract partial class CommitStoreSpec
{
    private static readonly Migration First = new(9001, "first", "create table spec_first (id text primary key);");
    private static readonly Migration Second = new(9002, "second", "create table spec_second (id text primary key); insert into spec_second values ('x');");

    [Fact]
    public async Task Migrating_twice_changes_nothing()
    {
        await FreshAsync();
        await Migrator(First, Second).MigrateAsync(Cancellation);
        await Migrator(First, Second).MigrateAsync(Cancellation);

        Assert.Equal(2, await CountAsync("select count(*) from schema_migrations"));
        Assert.Equal(1, await CountAsync("select count(*) from spec_second"));
    }

    [Fact]
    public async Task Silos_that_migrate_at_once_wait_for_each_other()
    {
        await FreshAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Migrator(First, Second).MigrateAsync(Cancellation))));

        Assert.Equal(2, await CountAsync("select count(*) from schema_migrations"));
        Assert.Equal(1, await CountAsync("select count(*) from spec_second"));
    }

    [Fact]
    public async Task A_newer_database_is_refused()
    {
        await FreshAsync();
        await Migrator(First, Second).MigrateAsync(Cancellation);

        var exception = await Assert.ThrowsAsync<SchemaException>(() => Migrator(First).MigrateAsync(Cancellation));

        Assert.Equal("The database has migration 9002_second, but this binary knows only 9001 and older: start a newer binary.", exception.Message);
    }

    [Fact]
    public async Task A_migration_that_was_edited_after_it_was_applied_is_refused()
    {
        await FreshAsync();
        await Migrator(First).MigrateAsync(Cancellation);

        var edited = First with { Sql = First.Sql + " -- edited" };
        var exception = await Assert.ThrowsAsync<SchemaException>(() => Migrator(Edited(edited), Second).MigrateAsync(Cancellation));

        Assert.Contains("9001_first", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync("select count(*) from schema_migrations"));
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_and_those_before_it_stay()
    {
        await FreshAsync();
        var bad = new Migration(9002, "bad", "create table spec_half (id text); insert into spec_nowhere values (1);");

        await Assert.ThrowsAnyAsync<DbException>(() => Migrator(First, bad).MigrateAsync(Cancellation));
        await Migrator(First, Second).MigrateAsync(Cancellation);

        Assert.Equal(2, await CountAsync("select count(*) from schema_migrations"));
        await Assert.ThrowsAnyAsync<DbException>(() => CountAsync("select count(*) from spec_half"));
    }

    [Fact]
    public async Task Idempotency_keys_are_forgotten_when_they_are_too_old_and_the_log_has_forgotten_their_commands()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Order.Noon);
        await ExecuteAsync(ManyKeys(1_005));
        var recent = Key("orders/a", "recent") with { CreatedAt = Order.Noon.AddDays(-9).AddMilliseconds(1) };
        Assert.Equal(CommitStatus.Committed, await CommitAsync(New(Named("a")) with { Idempotency = recent }));
        var sweeper = new IdempotencySweeper(
            Services.GetRequiredService<DbDataSource>(), new StorageOptions(), time, Services.GetRequiredService<Microsoft.Extensions.Logging.ILogger<IdempotencySweeper>>());

        Assert.Equal(1_005, await sweeper.SweepAsync(Cancellation));

        Assert.Equal(1, await CountAsync("select count(*) from idempotency_keys"));
    }

    [Fact]
    public async Task The_probe_says_yes() => Assert.True(await Services.GetRequiredService<StorageProbe>().CheckAsync(Cancellation));

    [Fact]
    public void The_sweeper_is_hosted() => Assert.Single(Services.GetServices<IHostedService>(), s => s is IdempotencySweeper);

    private protected abstract Migrator Migrator(params Migration[] migrations);

    private Task FreshAsync() => ExecuteAsync("delete from schema_migrations");

    // A copy made by "with" would keep the first checksum.
    private static Migration Edited(Migration migration) => new(migration.Version, migration.Name, migration.Sql);

    private static string ManyKeys(int count) =>
        $"""
        insert into idempotency_keys (resource, caller_id, key, request_hash, answer, created_at)
        with recursive n (i) as (select 1 union all select i + 1 from n where i < {count})
        select 'orders/old', 'caller', cast(i as text), 'hash', '', '2026-02-20 11:00:00+00:00' from n
        """;
}
