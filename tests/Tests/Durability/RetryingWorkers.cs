using Actors.Infrastructure;

namespace Actors.Durability;

/// <summary>
/// Clients as the documents want them: each reports on an order of its own, under a key that it repeats until the report is
/// acknowledged.
/// </summary>
public sealed class RetryingWorkers(Ledger ledger)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private int _done;
    private long _longestStall;

    /// <summary>Reports that were acknowledged.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>The longest time that a report took until it was acknowledged.</summary>
    public TimeSpan LongestStall => TimeSpan.FromTicks(Volatile.Read(ref _longestStall));

    /// <summary>Waits for so many acknowledged reports more.</summary>
    public Task MoreAsync(int count)
    {
        var target = Done + count;
        return Waiting.UntilAsync(() => Task.FromResult(Done >= target), Deadline, () => $"Only {Done} commands of {target}.");
    }

    /// <summary>One client, until it is told that it is enough.</summary>
    public async Task WorkAsync(ActorsClient user, CancellationToken enough)
    {
        var client = new RetryingClient(user);
        var order = ActorsClient.NewWorkOrder("cut");
        order["steps"]![0]!["expectedQuantity"] = 1_000_000;
        var id = (await client.PostAsync("/api/v1/work-orders", order)).Data.GetProperty("id").GetString()!;
        ledger.Acknowledged(id);
        await client.PostAsync($"/api/v1/work-orders/{id}/status", new { status = "released" });
        ledger.Acknowledged(id);
        while (!enough.IsCancellationRequested)
        {
            await client.PostAsync(
                $"/api/v1/work-orders/{id}/steps/cut/progress", new { completedQuantity = 1, defectiveQuantity = 0, confirmationMode = "manual" });
            ledger.Acknowledged(id);
            Interlocked.Increment(ref _done);
            NoteStall(client.LastTook.Ticks);
        }
    }

    private void NoteStall(long ticks)
    {
        for (var longest = Volatile.Read(ref _longestStall); ticks > longest;)
        {
            var seen = Interlocked.CompareExchange(ref _longestStall, ticks, longest);
            longest = seen == longest ? ticks : seen;
        }
    }
}
