using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Actors.Infrastructure;

/// <summary>
/// A user whose client retries as docs/consistency.md says: the same bytes under the same key, at another frontend if this one fails,
/// until the command is acknowledged. One command at a time.
/// </summary>
/// <param name="frontends">The user at each frontend; the first is tried first.</param>
public sealed class RetryingClient(params IReadOnlyList<ActorsClient> frontends)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private int _frontend;

    /// <summary>Tries that were answered with 503.</summary>
    public int Refusals { get; private set; }

    /// <summary>Tries whose connection broke.</summary>
    public int Breaks { get; private set; }

    /// <summary>When the command that is under way was first sent; null between commands.</summary>
    public long? Since { get; private set; }

    /// <summary>How long the last command took from its first sending to its acknowledgement.</summary>
    public TimeSpan LastTook { get; private set; }

    /// <summary>Sends until it is acknowledged. Anything but 2xx and 503 fails the test, and so does silence until a deadline.</summary>
    /// <param name="path">The address.</param>
    /// <param name="body">The command.</param>
    /// <param name="key">Its idempotency key; by default one of its own.</param>
    public async Task<Answer> PostAsync(string path, object body, string? key = null)
    {
        var bytes = JsonSerializer.Serialize(body);
        key ??= Guid.CreateVersion7().ToString("n");
        var started = Stopwatch.GetTimestamp();
        Since = started;
        var last = "nothing";
        for (var failures = 0; ;)
        {
            TimeSpan? wanted = null;
            try
            {
                var answer = await frontends[_frontend].SendTextAsync(HttpMethod.Post, path, bytes, "application/json", ("Idempotency-Key", key));
                if ((int)answer.Status is >= 200 and < 300)
                {
                    LastTook = Stopwatch.GetElapsedTime(started);
                    Since = null;
                    return answer;
                }

                Assert.True(answer.Status == HttpStatusCode.ServiceUnavailable, $"POST {path}: {answer.Status} {answer.Text}");
                (last, wanted) = (answer.Text, answer.Message.Headers.RetryAfter?.Delta);
                Refusals++;
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
            {
                last = broken.Message;
                Breaks++;
            }

            var waited = Stopwatch.GetElapsedTime(started);
            Assert.True(waited < Deadline, $"Never acknowledged: POST {path} {bytes}, for {waited.TotalSeconds:F1} s. Last answer: {last}");
            failures++;
            _frontend = (_frontend + 1) % frontends.Count;
            await Waiting.PauseAsync(wanted ?? PauseAfter(failures - (frontends.Count - 1)));
        }
    }

    // None as long as there is a frontend that was not asked; then 50, 100, 200 … 1000 ms.
    private static TimeSpan PauseAfter(int rounds)
    {
        var pause = rounds <= 0 ? TimeSpan.Zero : FirstPause * Math.Pow(2, Math.Min(rounds - 1, 10));
        return pause < LongestPause ? pause : LongestPause;
    }
}
