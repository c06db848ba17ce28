using System.Diagnostics;
using System.Net;
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
    public TimeSpan LongestStall => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _longestStall));

    /// <summary>Waits for so many acknowledged reports more.</summary>
    public Task MoreAsync(int count)
    {
        var target = Done + count;
        return Waiting.UntilAsync(() => Task.FromResult(Done >= target), Deadline, () => $"Only {Done} commands of {target}.");
    }

    /// <summary>One client, until it is told that it is enough.</summary>
    public async Task WorkAsync(ActorsClient user, CancellationToken enough)
    {
        var order = ActorsClient.NewWorkOrder("cut");
        order["steps"]![0]!["expectedQuantity"] = 1_000_000;
        var created = await UntilAcknowledgedAsync(key => user.SendAsync(HttpMethod.Post, "/api/v1/work-orders", order, ("Idempotency-Key", key)));
        var id = created.Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!;
        ledger.Acknowledged(id);
        await UntilAcknowledgedAsync(key => user.SendAsync(HttpMethod.Post, $"/api/v1/work-orders/{id}/status", new { status = "released" }, ("Idempotency-Key", key)));
        ledger.Acknowledged(id);
        while (!enough.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            (await UntilAcknowledgedAsync(key => user.ReportAsync(id, "cut", 1, 0, key))).Expect(HttpStatusCode.OK);
            ledger.Acknowledged(id);
            Interlocked.Increment(ref _done);
            NoteStall(Stopwatch.GetTimestamp() - started);
        }
    }

    /// <summary>Sends a command under one key until it is answered with anything but 503.</summary>
    public static async Task<Answer> UntilAcknowledgedAsync(Func<string, Task<Answer>> send)
    {
        var key = Guid.CreateVersion7().ToString("n");
        Answer? answer = null;
        await Waiting.UntilAsync(
            async () =>
            {
                try
                {
                    answer = await send(key);
                    return answer.Status != HttpStatusCode.ServiceUnavailable;
                }
                catch (Exception broken) when (broken is HttpRequestException or IOException)
                {
                    return false;
                }
            },
            Deadline,
            () => $"Never acknowledged; last answer: {answer?.Text}");
        return answer!;
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
