namespace Actors.Chaos.Faults;

public enum FaultKind
{
    /// <summary>None: what the load alone does.</summary>
    Calm,

    /// <summary>SIGKILL for a silo; it is started again once the others have taken over.</summary>
    SiloKilled,

    /// <summary>SIGKILL for one frontend after another, each started again once its clients went elsewhere: everybody is hit.</summary>
    FrontendsKilled,

    /// <summary>SIGKILL for PostgreSQL's main process; it is started again once writers have noticed.</summary>
    PostgresKilled,

    /// <summary>SIGTERM for one silo after another, then for one frontend after another; each comes back before the next goes.</summary>
    RollingRestart,
}

/// <summary>One thing that goes wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="Victim">Which of the silos, counted round.</param>
/// <param name="After">How many commands are acknowledged before it.</param>
public sealed record Fault(FaultKind Kind, int Victim, int After)
{
    private static readonly FaultKind[] Kinds =
        [FaultKind.SiloKilled, FaultKind.SiloKilled, FaultKind.FrontendsKilled, FaultKind.PostgresKilled, FaultKind.RollingRestart];

    /// <summary>Rounds without end, each with every kind in a new order: the same for the same seed.</summary>
    public static IEnumerable<Fault[]> Rounds(int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            var kinds = Kinds.ToArray();
            random.Shuffle(kinds);
            yield return [.. kinds.Select(kind => new Fault(kind, random.Next(100), random.Next(100, 300)))];
        }
    }
}

/// <summary>How long a client may have to wait because of a fault.</summary>
/// <param name="Writer">From the first sending of a command to its acknowledgement.</param>
/// <param name="Live">From the acknowledgement of a command to the arrival of its event.</param>
public sealed record Bounds(TimeSpan Writer, TimeSpan Live)
{
    public static Bounds Of(FaultKind kind) => kind switch
    {
        // Nobody waits for anything but the machine, which may have more to do.
        FaultKind.Calm => Seconds(5, 5),

        // The silo's death is noticed after three seconds, and calls into it time out after five.
        FaultKind.SiloKilled => Seconds(10, 5),

        // A broken connection is noticed at once, and the other frontend is there.
        FaultKind.FrontendsKilled => Seconds(5, 5),

        // Counted from when the server is back: then clients come back after the second that Retry-After asked for.
        FaultKind.PostgresKilled => Seconds(10, 5),

        FaultKind.RollingRestart => Seconds(10, 5),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static Bounds Seconds(int writer, int live) => new(TimeSpan.FromSeconds(writer), TimeSpan.FromSeconds(live));
}
