using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace Actors.Live;

/// <summary>Counts the streams and sockets of this process and keeps them within their limits; meter <c>Actors.Live</c>.</summary>
internal sealed class LiveConnections
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Actors.Live";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _byUser = new(StringComparer.Ordinal);
    private readonly LiveOptions _options;
    private readonly Counter<long> _events;
    private int _total;

    public LiveConnections(IOptions<LiveOptions> options, IMeterFactory meters)
    {
        _options = options.Value;
        var meter = meters.Create(MeterName);
        _events = meter.CreateCounter<long>("actors.live.events", "{event}", "Events sent to clients.");
        meter.CreateObservableGauge("actors.live.connections", () => Volatile.Read(ref _total), "{connection}", "Open streams and sockets.");
    }

    /// <summary>
    /// Takes a place for a connection of the user, until it is disposed. 503 when the process is full, 429 <c>TOO_MANY_CONNECTIONS</c> when
    /// the user has too many.
    /// </summary>
    public IDisposable Enter(string userId)
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
            return new Place(this, userId);
        }
    }

    /// <summary>An event was sent.</summary>
    public void OnSent() => _events.Add(1);

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

    private sealed class Place(LiveConnections connections, string userId) : IDisposable
    {
        private LiveConnections? _connections = connections;

        public void Dispose() => Interlocked.Exchange(ref _connections, null)?.Leave(userId);
    }
}
