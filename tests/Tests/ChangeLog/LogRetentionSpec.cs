using System.Diagnostics.Metrics;
using Actors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.ChangeLog;

/// <summary>What goes from the change log, and what readers are told then, whatever the store.</summary>
public abstract class LogRetentionSpec : ChangeLogBed
{
    protected const string Topic = "users/u";

    protected static readonly int Partition = ChangeLogLimits.PartitionOf(Topic);

    /// <summary>Everything that was written so far is older by so many days.</summary>
    protected abstract Task AgeAsync(int days);

    [Fact]
    public async Task Nothing_is_dropped_before_its_time_is_over()
    {
        await WriteAsync("u", 3);
        await AgeAsync(6);

        await SweepAsync();

        Assert.Equal(default, await Log.HorizonAsync(Partition, Cancellation));
        Assert.Equal("1 2 3", await VersionsAsync(default));
    }

    [Fact]
    public async Task Who_had_the_last_change_that_was_dropped_misses_nothing_and_everybody_before_is_told()
    {
        await WriteAsync("u", 5);
        var read = await ReadAsync(Partition, 5);
        await AgeAsync(9);
        await WriteAsync("u", 2);

        await SweepAsync();

        Assert.Equal("6 7", await VersionsAsync(read[4].Cursor));
        var before = await Task.WhenAll(
            read.Take(4).Select(c => c.Cursor).Prepend(default).Select(cursor => Log.ReadAsync(Partition, cursor, 10, Cancellation)));
        Assert.All(before, page => Assert.True(page.IsTooOld));
        Assert.Equal(read[4].Cursor, await Log.HorizonAsync(Partition, Cancellation));
    }

    [Fact]
    public async Task Where_everything_was_dropped_the_log_goes_on_after_it()
    {
        await WriteAsync("u", 3);
        var last = await Log.HeadAsync(Partition, Cancellation);
        await AgeAsync(9);

        await SweepAsync();

        Assert.Equal(last, await Log.HeadAsync(Partition, Cancellation));
        Assert.Equal("", await VersionsAsync(last));
        await WriteAsync("u", 1);
        Assert.Equal("4", await VersionsAsync(last));
        Assert.True((await Log.HeadAsync(Partition, Cancellation)).Position > last.Position);
    }

    [Fact]
    public async Task Nothing_is_dropped_that_a_consumer_has_not_passed()
    {
        await WriteAsync("u", 3);
        var read = await ReadAsync(Partition, 3);
        await AgeAsync(9);
        await Log.SaveCheckpointAsync("fast", Partition, read[2].Cursor, Cancellation);

        await SweepAsync("fast", "silent");
        Assert.Equal("1 2 3", await VersionsAsync(default));

        await Log.SaveCheckpointAsync("silent", Partition, read[1].Cursor, Cancellation);
        await SweepAsync("fast", "silent");
        Assert.Equal("3", await VersionsAsync(read[1].Cursor));

        await Log.SaveCheckpointAsync("silent", Partition, read[2].Cursor, Cancellation);
        await SweepAsync("fast", "silent");
        Assert.Equal(read[2].Cursor, await Log.HorizonAsync(Partition, Cancellation));
    }

    [Fact]
    public async Task Many_old_changes_go_at_once_and_the_younger_ones_stay()
    {
        await WriteAsync("u", 1_100);
        await WriteAsync("v", 1);
        await AgeAsync(9);
        await WriteAsync("u", 1);

        await SweepAsync();

        Assert.Equal(1L, await ScalarAsync<long>("select count(*) from change_events"));
        Assert.True((await Log.ReadAsync(ChangeLogLimits.PartitionOf("users/v"), default, 10, Cancellation)).IsTooOld);
    }

    [Fact]
    public async Task Two_silos_that_sweep_at_once_while_others_write_and_read_lose_nothing()
    {
        await WriteAsync("u", 50);
        var head = await Log.HeadAsync(Partition, Cancellation);
        await AgeAsync(9);
        var writing = WriteAsync("u", 200);
        var first = Log.ReadAsync(Partition, default, 1, Cancellation);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => SweepAsync())));
        while (!writing.IsCompleted)
        {
            var page = await Log.ReadAsync(Partition, default, 1, Cancellation);
            Assert.True(page.IsTooOld || page.Changes[0].Change.Version == 1);
            await SweepAsync();
        }

        await writing;
        Assert.True((await first).IsTooOld || (await first).Changes[0].Change.Version == 1);
        await SweepAsync();
        Assert.Equal(head, await Log.HorizonAsync(Partition, Cancellation));
        Assert.Equal(string.Join(' ', Enumerable.Range(51, 200)), await VersionsAsync(head));
    }

    [Fact]
    public async Task It_sweeps_at_the_start_and_again_every_hour()
    {
        await WriteAsync("u", 1);
        await AgeAsync(9);
        var retention = Assert.Single(Services.GetServices<IHostedService>(), s => s is LogRetention);
        await retention.StartAsync(Cancellation);
        await UntilDroppedAsync(() => { });

        await WriteAsync("u", 1);
        await AgeAsync(9);
        await UntilDroppedAsync(() => Time.Advance(TimeSpan.FromHours(1)));

        await retention.StopAsync(Cancellation);
    }

    [Fact]
    public async Task It_measures_what_it_drops_and_how_old_the_oldest_change_is()
    {
        await WriteAsync("u", 3);
        await AgeAsync(9);
        await WriteAsync("u", 1);
        await ExecuteAsync("analyze");
        var dropped = 0L;
        var age = 0d;
        using var listener = new MeterListener { InstrumentPublished = Enable };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => dropped += value);
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => age = value);
        listener.Start();

        Assert.Equal(3, await SweepAsync());

        Time.Advance(TimeSpan.FromSeconds(10));
        listener.RecordObservableInstruments();
        Assert.Equal((3, 10d), (dropped, age));

        void Enable(Instrument instrument, MeterListener to)
        {
            if (instrument.Meter.Name == LogInstruments.MeterName && instrument.Meter.Scope == Services.GetRequiredService<IMeterFactory>())
            {
                to.EnableMeasurementEvents(instrument);
            }
        }
    }

    private protected Task<long> SweepAsync(params string[] consumers) => new LogRetention(
        Log,
        Services.GetRequiredService<IOldChanges>(),
        consumers.Select(name => new LogConsumer(name)),
        Services.GetRequiredService<LogInstruments>(),
        Time,
        NullLogger<LogRetention>.Instance).SweepAsync(Cancellation);

    /// <summary>The versions of the topic after a place, all of which are there.</summary>
    protected async Task<string> VersionsAsync(LogCursor after)
    {
        var page = await Log.ReadAsync(Partition, after, ChangeLogLimits.MaxPage, Cancellation);
        Assert.False(page.IsTooOld);
        return string.Join(' ', page.Changes.Where(c => c.Change.Topic == Topic).Select(c => c.Change.Version));
    }

    private Task UntilDroppedAsync(Action next) => Waiting.UntilAsync(
        async () =>
        {
            next();
            return (await Log.ReadAsync(Partition, default, 1, Cancellation)).Changes.IsEmpty;
        },
        TimeSpan.FromSeconds(30),
        () => "Nothing was dropped.");
}

/// <inheritdoc />
public sealed class SqliteLogRetentionTests : LogRetentionSpec
{
    protected override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);

    protected override Task AgeAsync(int days)
    {
        Time.Advance(TimeSpan.FromDays(days));
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_consumer_that_has_passed_some_changes_lets_those_go()
    {
        await WriteAsync("u", 3);
        var read = await ReadAsync(Partition, 3);
        await AgeAsync(9);
        await Log.SaveCheckpointAsync("c", Partition, read[1].Cursor, Cancellation);

        Assert.Equal(2, await SweepAsync("c"));
    }
}
