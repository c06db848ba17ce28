using Actors.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Actors.Storage;

public sealed class SweeperTests
{
    [Fact]
    public async Task A_sweep_that_fails_is_tried_again_at_the_next_interval()
    {
        var time = new FakeTimeProvider();
        using var sweeper = new FailingOnce(time);

        await sweeper.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => sweeper.Runs == 1);
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromHours(1));
            return sweeper.Runs >= 2;
        });
        await sweeper.StopAsync(TestContext.Current.CancellationToken);

        Assert.True(sweeper.ExecuteTask!.IsCompleted && !sweeper.ExecuteTask.IsFaulted);
    }

    private static Task UntilAsync(Func<bool> question) =>
        Waiting.UntilAsync(() => Task.FromResult(question()), TimeSpan.FromSeconds(30), () => "It does not run.");

    private sealed class FailingOnce(TimeProvider time) : Sweeper(TimeSpan.FromHours(1), time, NullLogger.Instance)
    {
        private int _runs;

        public int Runs => Volatile.Read(ref _runs);

        protected override Task RunAsync(CancellationToken cancellationToken) =>
            Interlocked.Increment(ref _runs) == 1 ? throw new InvalidOperationException("Connection is not open") : Task.CompletedTask;
    }
}
