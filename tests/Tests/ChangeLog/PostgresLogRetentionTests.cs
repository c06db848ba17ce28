using System.Globalization;
using Actors.Infrastructure;
using Actors.Storage;
using Npgsql;

namespace Actors.ChangeLog;

/// <inheritdoc />
public sealed class PostgresLogRetentionTests(OwnPostgresServer server) : LogRetentionSpec, IClassFixture<OwnPostgresServer>
{
    private const string Days =
        """
        select string_agg(c.relname || ' ' || pg_get_expr(c.relpartbound, c.oid), E'\n' order by c.relname)
        from pg_inherits as i join pg_class as c on c.oid = i.inhrelid where i.inhparent = 'change_events'::regclass
        """;

    protected override async Task<string?> PostgresAsync() => await server.CreateDatabaseAsync();

    protected override Task AgeAsync(int days)
    {
        Time.Advance(TimeSpan.FromDays(days));
        return LogAge.GoBackAsync(Source, days, Cancellation);
    }

    [Fact]
    public async Task Days_to_come_have_their_partitions_before_they_come()
    {
        await SweepAsync();
        await SweepAsync();

        var today = await ScalarAsync<DateOnly>("select (now() at time zone 'utc')::date");
        var days = await ScalarAsync<string>(Days);
        Assert.All(
            Enumerable.Range(1, 3).Select(ahead => today.AddDays(ahead)),
            day => Assert.Contains(Partition(day), days, StringComparison.Ordinal));
        Assert.Contains($"change_events_part_first FOR VALUES FROM (MINVALUE) TO ('{today.AddDays(1):yyyy-MM-dd}')", days, StringComparison.Ordinal);

        static string Partition(DateOnly day) => string.Create(
            CultureInfo.InvariantCulture, $"change_events_part_{day:yyyyMMdd} FOR VALUES FROM ('{day:yyyy-MM-dd}') TO ('{day.AddDays(1):yyyy-MM-dd}')");
    }

    [Fact]
    public async Task After_days_without_a_sweep_writes_go_on_and_what_they_wrote_is_dropped_in_its_time()
    {
        await AgeAsync(20);
        await WriteAsync("u", 1_100);
        Assert.Equal(1_100L, await ScalarAsync<long>("select count(*) from change_events_part_other"));
        var head = await Log.HeadAsync(Partition, Cancellation);

        await SweepAsync();
        Assert.Contains($"{await ScalarAsync<string>("select to_char(now() at time zone 'utc' + interval '3 days', 'YYYYMMDD')")} FOR VALUES", await ScalarAsync<string>(Days), StringComparison.Ordinal);
        Assert.Equal(0L, await ScalarAsync<long>("select count(*) from pg_constraint where conname like '%bound'"));
        await WriteAsync("u", 1);

        await ExecuteAsync("update change_events_part_other set day = day - 9 where version <= 1100");
        Assert.Equal(1_100, await SweepAsync());
        Assert.Equal("1101", await VersionsAsync(head));
        Assert.True((await Log.ReadAsync(Partition, default, 1, Cancellation)).IsTooOld);
    }

    [Fact]
    public async Task What_a_silo_that_died_while_it_made_days_has_left_stops_no_write()
    {
        await AgeAsync(20);
        await WriteAsync("u", 1);
        await ExecuteAsync("alter table change_events_part_other add constraint change_events_part_other_bound check (day < date '2000-01-01') not valid");
        Assert.NotEqual(CommitStatus.Committed, (await CommitAsync("v", 1)).Status);

        await SweepAsync();

        await WriteAsync("v", 1);
    }

    [Fact]
    public async Task Changes_of_a_transaction_that_does_not_end_keep_their_day_and_writers_do_not_wait_for_it()
    {
        await WriteAsync("u", 1);
        await AgeAsync(9);
        await SweepAsync("nobody");
        await using var connection = await Source.OpenConnectionAsync(Cancellation);
        await using (var transaction = await connection.BeginTransactionAsync(Cancellation))
        {
            await using var command = connection.CreateCommand();
            command.CommandText =
                $"""
                insert into change_events (topic, version, partition, kind, data, actor, at, audience, day)
                values ('users/late', 1, {Partition}, 'kind', '{"{}"}', 'actor', now(), '', current_date - 9)
                """;
            await command.ExecuteNonQueryAsync(Cancellation);

            Assert.Equal(0, await SweepAsync());
            await WriteAsync("u", 1);
            Assert.Equal(2L, await ScalarAsync<long>("select count(*) from change_events"));
            await transaction.CommitAsync(Cancellation);
        }

        await SweepAsync();
        Assert.Equal(1L, await ScalarAsync<long>("select count(*) from change_events"));
        Assert.Equal("2", await VersionsAsync(await Log.HorizonAsync(Partition, Cancellation)));
    }

    [Fact]
    public async Task What_a_running_transaction_may_still_get_in_front_of_is_not_dropped()
    {
        await using var connection = await Source.OpenConnectionAsync(Cancellation);
        await using (var transaction = await connection.BeginTransactionAsync(Cancellation))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "select pg_current_xact_id()";
            await command.ExecuteNonQueryAsync(Cancellation);
            await WriteAsync("u", 3);
            await AgeAsync(9);

            await SweepAsync();

            Assert.Equal(3L, await ScalarAsync<long>("select count(*) from change_events"));
        }

        await SweepAsync();
        Assert.Equal(0L, await ScalarAsync<long>("select count(*) from change_events"));
    }

    [Fact]
    public async Task A_reader_who_had_to_wait_while_a_day_was_dropped_is_told()
    {
        await WriteAsync("u", 3);
        var head = await Log.HeadAsync(Partition, Cancellation);
        await using var connection = (NpgsqlConnection)await Source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "lock table change_events in access exclusive mode";
        await command.ExecuteNonQueryAsync(Cancellation);

        var reading = Log.ReadAsync(Partition, default, 10, Cancellation);
        await Waiting.UntilAsync(
            async () => await ScalarAsync<bool>("select exists (select from pg_locks where not granted and relation = 'change_events'::regclass)"),
            TimeSpan.FromSeconds(20),
            () => "The reader does not wait.");
        command.CommandText =
            $"""
            insert into change_log_horizons values ({Partition}, '{head.Transaction}', {head.Position});
            drop table change_events_part_first;
            """;
        await command.ExecuteNonQueryAsync(Cancellation);
        await transaction.CommitAsync(Cancellation);

        var page = await reading;
        Assert.Equal((0, true), (page.Changes.Length, page.IsTooOld));
    }

    [Fact]
    public async Task A_sweep_whose_session_is_cut_hinders_no_later_one()
    {
        await WriteAsync("u", 1);
        await AgeAsync(9);
        await using var connection = (NpgsqlConnection)await Source.OpenConnectionAsync(Cancellation);
        await using (await connection.BeginTransactionAsync(Cancellation))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "lock table change_events in access exclusive mode";
            await command.ExecuteNonQueryAsync(Cancellation);
            var cutting = Waiting.UntilAsync(
                async () => await ScalarAsync<long>(
                    "select count(pg_terminate_backend(pid)) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())") > 0,
                TimeSpan.FromSeconds(20),
                () => "No sweep was seen.");

            while (!cutting.IsCompleted)
            {
                await Record.ExceptionAsync(() => SweepAsync());
            }

            await cutting;
        }

        await SweepAsync();
        Assert.Equal(0L, await ScalarAsync<long>("select count(*) from change_events"));
    }

    [Fact]
    public async Task A_version_that_is_written_twice_breaks_the_key_of_the_log_whatever_partition_it_is_in()
    {
        await SweepAsync();
        await WriteAsync("u", 1);

        var outcome = await CommitAsync("u", 2, changeVersion: 1);

        Assert.Equal(new CommitOutcome(CommitStatus.Violation, ChangeLogRows.KeyConstraint), outcome);
    }
}
