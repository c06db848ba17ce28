using System.Diagnostics;

namespace Actors.Bench;

/// <summary>Says things in the chats of orders at a steady rate, from a thread of its own, until it is stopped.</summary>
internal sealed class Writer : IDisposable
{
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private Exception? _failure;

    private Writer(Uri server, IReadOnlyList<Order> orders, int perSecond)
    {
        _thread = new Thread(() =>
        {
            try
            {
                Run(server, orders, perSecond);
            }
            catch (Exception failure)
            {
                _failure = failure;
            }
        });
        _thread.Start();
    }

    /// <summary>Starts; the orders take turns.</summary>
    public static Writer Start(Uri server, IReadOnlyList<Order> orders, int perSecond) => new(server, orders, perSecond);

    /// <summary>Says nothing more; throws if something was not acknowledged.</summary>
    public void Stop()
    {
        _stop.Set();
        _thread.Join();
        if (_failure is not null)
        {
            throw new InvalidOperationException($"The writer failed: {_failure.Message}", _failure);
        }
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run(Uri server, IReadOnlyList<Order> orders, int perSecond)
    {
        using var connection = new HttpConnection(server);
        var interval = Stopwatch.Frequency / perSecond;
        var due = Stopwatch.GetTimestamp();
        for (var turn = 0; !_stop.IsSet; turn = (turn + 1) % orders.Count)
        {
            orders[turn].Say(connection);
            due = Math.Max(due + interval, Stopwatch.GetTimestamp()); // what took too long is not made up for
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            _stop.Wait(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        }
    }
}
