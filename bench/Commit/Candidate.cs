namespace Actors.Bench;

/// <summary>A way to keep work orders, to be measured against others.</summary>
internal abstract class Candidate(string name) : IAsyncDisposable
{
    private long _reports;

    public string Name { get; } = name;

    /// <summary>Whether it writes state, step, log, event and key, or the state only.</summary>
    public virtual int Tables => 5;

    /// <summary>Reports acknowledged so far.</summary>
    public long Reports => Interlocked.Read(ref _reports);

    /// <summary>Makes the schema and the orders.</summary>
    public abstract Task PrepareAsync();

    /// <summary>One progress report on an order; throws unless it was acknowledged. One at a time for one order.</summary>
    public async Task ReportAsync(int order)
    {
        await WriteReportAsync(order);
        Interlocked.Increment(ref _reports);
    }

    /// <summary>What the database says does not agree with what was acknowledged; null if it does.</summary>
    public abstract Task<string?> FindFaultAsync();

    public abstract ValueTask DisposeAsync();

    protected abstract Task WriteReportAsync(int order);

    /// <summary>Runs an action for every order, some at a time.</summary>
    protected static Task ForEachAsync(int orders, Func<int, Task> action) => Parallel.ForAsync(
        0, orders, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (order, _) => await action(order));
}
