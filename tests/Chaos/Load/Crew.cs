using System.Collections.Concurrent;
using System.Globalization;
using Actors.Chaos.Faults;
using Actors.Infrastructure;

namespace Actors.Chaos.Load;

/// <summary>
/// People around one work order: a foreman who runs it and makes more orders, and a colleague at another frontend who chats. Both write
/// to the same order at once.
/// </summary>
public sealed class Crew
{
    // About as fast as the system is asked to be while it is being killed, without starving the machine that it shares.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(40);

    private readonly string _name;
    private readonly Random _random;
    private readonly ConcurrentDictionary<string, bool> _topics = new(StringComparer.Ordinal);
    private readonly List<string> _titles = [];
    private readonly List<string> _messages = [];

    private Crew(string name, Random random, IReadOnlyList<ActorsClient> user, Acknowledged acknowledged, Stalls stalls)
    {
        (_name, _random, User) = (name, random, user);
        Foreman = new(new RetryingClient(user), acknowledged, stalls);
        Colleague = new(new RetryingClient([.. user.Reverse()]), acknowledged, stalls);
    }

    /// <summary>Their user, at each frontend, the foreman's first.</summary>
    public IReadOnlyList<ActorsClient> User { get; }

    public Writer Foreman { get; }

    public Writer Colleague { get; }

    /// <summary>The order that they work on.</summary>
    public string OrderId { get; private set; } = "";

    /// <summary>Titles of the orders that were made.</summary>
    public IReadOnlyList<string> Titles => _titles;

    /// <summary>Their own ids of the messages that were sent, in order.</summary>
    public IReadOnlyList<string> Messages => _messages;

    /// <summary>Registers their user.</summary>
    public static async Task<Crew> GatherAsync(int number, int seed, IReadOnlyList<HttpClient> frontends, Acknowledged acknowledged, Stalls stalls)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"crew {number}");
        var registered = await ActorsClient.RegisteredAsync(frontends[number % frontends.Count]);
        var user = frontends.Select((_, i) => new ActorsClient(frontends[(number + i) % frontends.Count]) { Token = registered.Token }).ToList();
        return new Crew(name, new Random(seed + number), user, acknowledged, stalls);
    }

    /// <summary>Whether a topic is one of their orders.</summary>
    public bool Owns(string topic) => _topics.ContainsKey(topic);

    /// <summary>Makes the order that they work on.</summary>
    public async Task BeginAsync() => OrderId = await CreateAsync();

    /// <summary>Each of them at work until told that it is enough; what was begun is finished.</summary>
    public IEnumerable<Task> Work(CancellationToken enough) => [RunOrderAsync(enough), ChatAsync(enough)];

    private async Task RunOrderAsync(CancellationToken enough)
    {
        await Foreman.MoveAsync(OrderId, "released", "begin");
        using var pace = new PeriodicTimer(Pace);
        var (completed, defective) = (0L, 0L);
        for (var serial = 1; !enough.IsCancellationRequested; serial++)
        {
            // No two reports are the same, and their sums stay far below the limit.
            await Foreman.ReportAsync(OrderId, serial % 1000, serial / 1000);
            (completed, defective) = (completed + (serial % 1000), defective + (serial / 1000));
            switch (_random.Next(10))
            {
                case 0:
                    await Foreman.MoveAsync(OrderId, "paused", $"pause {serial}");
                    await Foreman.MoveAsync(OrderId, "in_progress", $"go on {serial}");
                    break;
                case 1 or 2:
                    await CreateAsync();
                    break;
                case 3:
                    // Nobody else reports on this order, so this is what a read after one's own write must say.
                    Assert.Equal((completed, defective), await Foreman.ReadTotalsAsync(OrderId));
                    break;
            }

            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task ChatAsync(CancellationToken enough)
    {
        using var pace = new PeriodicTimer(Pace);
        for (var number = 1; !enough.IsCancellationRequested; number++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{_name}, message {number}");
            await Colleague.SayAsync(OrderId, $"第 {number} 条", id);
            _messages.Add(id);
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task<string> CreateAsync()
    {
        var title = string.Create(CultureInfo.InvariantCulture, $"{_name}, order {_titles.Count + 1}");
        var id = await Foreman.CreateAsync(title);
        _titles.Add(title);
        _topics[$"work-orders/{id}"] = true;
        return id;
    }
}
