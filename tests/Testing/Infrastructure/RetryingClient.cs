using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Actors.Infrastructure;

/// <summary>
/// A user whose client retries as docs/consistency.md says: the same bytes under the same key, at the next frontend if this one fails,
/// until the command is acknowledged. One command at a time.
/// </summary>
/// <param name="frontends">The user at each frontend; the first is tried first.</param>
public sealed class RetryingClient(params IReadOnlyList<ActorsClient> frontends)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private int _frontend;
    private int _failures;

    /// <summary>Tries that failed, of all commands; may be read while one is under way.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <summary>How long the last command took from its first sending to its acknowledgement.</summary>
    public TimeSpan LastTook { get; private set; }

    /// <summary>How often the last command was sent.</summary>
    public int LastTries { get; private set; }

    /// <summary>Sends a command until it is acknowledged. Anything but 2xx and 503 fails the test, and so does silence until a deadline.</summary>
    public Task<Answer> PostAsync(string path, object body) =>
        SendAsync(HttpMethod.Post, path, JsonSerializer.Serialize(body), ("Idempotency-Key", Guid.CreateVersion7().ToString("n")));

    /// <summary>As <see cref="PostAsync"/>, for a change that may be said twice.</summary>
    public Task<Answer> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, JsonSerializer.Serialize(body));

    /// <summary>As <see cref="PatchAsync"/>.</summary>
    public Task<Answer> PutAsync(string path) => SendAsync(HttpMethod.Put, path, bytes: null);

    /// <summary>As <see cref="PostAsync"/>, for reading.</summary>
    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, bytes: null);

    private async Task<Answer> SendAsync(HttpMethod method, string path, string? bytes, params (string Name, string Value)[] headers)
    {
        var started = Stopwatch.GetTimestamp();
        var last = "nothing";
        for (var tries = 1; ; tries++)
        {
            TimeSpan? wanted = null;
            try
            {
                var answer = await frontends[_frontend].SendTextAsync(method, path, bytes, "application/json", headers);
                if ((int)answer.Status is >= 200 and < 300)
                {
                    (LastTook, LastTries) = (Stopwatch.GetElapsedTime(started), tries);
                    return answer;
                }

                Assert.True(answer.Status == HttpStatusCode.ServiceUnavailable, $"{method} {path}: {answer.Status} {answer.Text}");
                Assert.True(answer.Message.Headers.RetryAfter?.Delta > TimeSpan.Zero, "A 503 that does not say when to come back.");
                (last, wanted) = (answer.Text, answer.Message.Headers.RetryAfter.Delta);
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
            {
                last = broken.Message;
            }

            Interlocked.Increment(ref _failures);
            var waited = Stopwatch.GetElapsedTime(started);
            Assert.True(waited < Deadline, $"Never acknowledged: {method} {path} {bytes}, for {waited.TotalSeconds:F1} s. Last answer: {last}");
            _frontend = (_frontend + 1) % frontends.Count;
            await Waiting.PauseAsync(wanted ?? Waiting.PauseAfter(tries, frontends.Count));
        }
    }
}
