using Actors.Users;
using Orleans.Runtime.Messaging;

namespace Actors.Hosting;

/// <summary>
/// Repeats a call whose silo died or did not answer, if the request may be repeated: it reads, or it is a command with an idempotency
/// key. A command without a key is never repeated, for its first try may have had its effect. After <c>Cluster:RetryFor</c> the
/// caller gets 503.
/// </summary>
internal sealed partial class CallRetries(
    ClusterClientOptions cluster, IHttpContextAccessor requests, TimeProvider time, ILogger<CallRetries> logger) : IOutgoingGrainCallFilter
{
    /// <summary>
    /// A grain that answered "unavailable" gets a few quick tries more: it may have lost a race against its own earlier incarnation
    /// and is loading again. The store being away takes longer, and that the caller should hear soon.
    /// </summary>
    private const int TriesAfterRefusal = 3;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        var started = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await context.Invoke();
                return;
            }
            catch (Exception failure) when (IsWorthRepeating(failure, attempt) && MayRepeat(requests.HttpContext, context.MethodName))
            {
                var delay = DelayAfter(attempt);
                if (time.GetElapsedTime(started) + delay > cluster.RetryFor)
                {
                    throw;
                }

                LogRepeating(context.MethodName, attempt, failure.GetType().Name);
                await Task.Delay(delay, time, requests.HttpContext!.RequestAborted);
            }
        }
    }

    /// <summary>Whether the request has one effect however often it is sent.</summary>
    internal static bool MayRepeat(HttpContext? request, string? method = null) =>
        request is not null && !request.RequestAborted.IsCancellationRequested
        && (method is nameof(IUserGrain.Admit) // it only counts
            || HttpMethods.IsGet(request.Request.Method) || HttpMethods.IsHead(request.Request.Method) || CommandKey.Current is not null);

    /// <summary>Whether another try may fare better.</summary>
    internal static bool IsWorthRepeating(Exception failure, int attempt) => failure switch
    {
        AppException refused => refused.Kind == ErrorKind.Unavailable && attempt <= TriesAfterRefusal,
        OrleansMessageRejectionException or ConnectionFailedException or TimeoutException => true,
        _ => false,
    };

    // 50, 100, 200, 400, 800, 1000 ms …, each up to a half longer, so that callers do not come back in step.
    private static TimeSpan DelayAfter(int attempt)
    {
        var delay = FirstDelay * Math.Pow(2, Math.Min(attempt - 1, 10));
        return (delay < LongestDelay ? delay : LongestDelay) * (1 + (Random.Shared.NextDouble() / 2));
    }

    [LoggerMessage(LogLevel.Information, "Call {Method} is repeated after try {Attempt}: {Failure}")]
    private partial void LogRepeating(string method, int attempt, string failure);
}
