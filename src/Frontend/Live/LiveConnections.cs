using System.Diagnostics.Metrics;
using Actors.Users;
using Microsoft.Extensions.Options;

namespace Actors.Live;

/// <summary>
/// Counts the streams and sockets of this process, keeps them within their limits and ends them with their session; meter <c>Actors.Live</c>.
/// </summary>
internal sealed class LiveConnections
{
    // A timer takes no more than 49 days.
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(40);

    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Actors.Live";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _byUser = new(StringComparer.Ordinal);
    private readonly LiveOptions _options;
    private readonly TimeProvider _time;
    private readonly IHostApplicationLifetime _host;
    private readonly SessionWatch _sessions;
    private readonly Counter<long> _events;
    private int _total;

    public LiveConnections(IOptions<LiveOptions> options, TimeProvider time, IHostApplicationLifetime host, SessionWatch sessions, IMeterFactory meters)
    {
        _options = options.Value;
        _time = time;
        _host = host;
        _sessions = sessions;
        var meter = meters.Create(MeterName);
        _events = meter.CreateCounter<long>("actors.live.events", "{event}", "Events sent to clients.");
        meter.CreateObservableGauge("actors.live.connections", () => Volatile.Read(ref _total), "{connection}", "Open streams and sockets.");
    }

    /// <summary>
    /// Takes a place for a request's connection, until it is disposed. 503 when the process is full, 429 <c>TOO_MANY_CONNECTIONS</c>
    /// when the user has too many.
    /// </summary>
    public LiveConnection Enter(HttpContext request)
    {
        var identity = (CallerIdentity)request.User.Identity!;
        Count(identity.UserId);
        var left = identity.ExpiresAt - _time.GetUtcNow();
        var tokenEnd = new CancellationTokenSource(left < LongestLife ? left : LongestLife, _time);
        var end = CancellationTokenSource.CreateLinkedTokenSource(tokenEnd.Token, request.RequestAborted, _host.ApplicationStopping);
        var watch = _sessions.EndWithAsync(identity, end);
        return new LiveConnection(
            Caller.Current!,
            end,
            () =>
            {
                _ = watch.ContinueWith(_ => end.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                tokenEnd.Dispose();
                Leave(identity.UserId);
            });
    }

    /// <summary>An event was sent.</summary>
    public void OnSent() => _events.Add(1);

    private void Count(string userId)
    {
        lock (_gate)
        {
            if (_total >= _options.MaxConnections)
            {
                throw Errors.Unavailable("This server has as many live connections as it can serve; try again.");
            }

            var mine = _byUser.GetValueOrDefault(userId);
            if (mine >= _options.MaxConnectionsPerUser)
            {
                throw new AppException(ErrorKind.TooMany, "TOO_MANY_CONNECTIONS", $"At most {_options.MaxConnectionsPerUser} live connections a user.");
            }

            _byUser[userId] = mine + 1;
            _total++;
        }
    }

    private void Leave(string userId)
    {
        lock (_gate)
        {
            _total--;
            if (--_byUser[userId] == 0)
            {
                _byUser.Remove(userId);
            }
        }
    }
}

/// <summary>One stream or socket: for whom, and how long.</summary>
internal sealed class LiveConnection(Caller caller, CancellationTokenSource end, Action leave) : IDisposable
{
    private Action? _leave = leave;

    /// <summary>The user.</summary>
    public Caller Caller => caller;

    /// <summary>Cancelled when the client leaves, his token or his session ends, or the process stops.</summary>
    public CancellationToken End { get; } = end.Token;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _leave, null) is { } leave)
        {
            end.Cancel();
            leave();
        }
    }
}
