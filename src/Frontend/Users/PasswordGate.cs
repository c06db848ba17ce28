using System.Threading.RateLimiting;

namespace Actors.Users;

/// <summary>
/// Bounds the requests that hash a password. It stands behind the reading of the body: a limit in front of it could be held
/// shut by a few senders that never finish theirs.
/// </summary>
internal sealed class PasswordGate : IDisposable
{
    // bcrypt burns a core for a tenth of a second or more: enough at once to use the cores, few enough to let others through.
    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions { PermitLimit = 8, QueueLimit = 64 });

    /// <summary>An endpoint filter; 429 when too many wait already.</summary>
    public static async ValueTask<object?> Filter(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var gate = context.HttpContext.RequestServices.GetRequiredService<PasswordGate>();
        using var lease = await gate._limiter.AcquireAsync(permitCount: 1, context.HttpContext.RequestAborted);
        return lease.IsAcquired
            ? await next(context)
            : throw new AppException(ErrorKind.TooMany, "TOO_MANY_REQUESTS", "Too many requests at once; try again in a moment.");
    }

    public void Dispose() => _limiter.Dispose();
}
