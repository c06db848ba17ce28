namespace Actors.Bench;

/// <summary>What is looked at.</summary>
internal enum Look
{
    /// <summary>What the processes use when nobody asks for anything.</summary>
    Idle,

    /// <summary>How long a change takes to its watchers.</summary>
    Latency,

    /// <summary>Whether watchers that come, go and come back miss a change or see one twice.</summary>
    Resume,
}

/// <summary>How much to look at.</summary>
/// <param name="Seconds">Length of each measurement of latency.</param>
/// <param name="Rate">Changes a second.</param>
/// <param name="Clients">Watchers at once, where there are many.</param>
/// <param name="Trials">How often somebody begins to watch while changes happen.</param>
/// <param name="Reconnects">How often a watcher breaks off and comes back.</param>
/// <param name="IdleSeconds">How long the idle processes are watched.</param>
/// <param name="Only">One look instead of all.</param>
internal sealed record LiveBenchOptions(
    int Seconds = 15, int Rate = 20, int Clients = 1_000, int Trials = 10_000, int Reconnects = 200, int IdleSeconds = 30, Look? Only = null)
{
    public const string Usage =
        "Options: --seconds 15 --rate 20 --clients 1000 --trials 10000 --reconnects 200 --idle-seconds 30 --only idle|latency|resume";

    public bool Includes(Look look) => Only is null || Only == look;

    // --seconds 15 --only resume …; null if something else is there
    public static LiveBenchOptions? Parse(ReadOnlySpan<string> args)
    {
        var options = new LiveBenchOptions();
        for (; !args.IsEmpty; args = args[2..])
        {
            if (args.Length < 2)
            {
                return null;
            }

            if (args[0] == "--only" && Enum.TryParse<Look>(args[1], ignoreCase: true, out var only) && Enum.IsDefined(only))
            {
                options = options with { Only = only };
                continue;
            }

            if (!int.TryParse(args[1], out var value) || value is < 1 or > 1_000_000)
            {
                return null;
            }

            switch (args[0])
            {
                case "--seconds":
                    options = options with { Seconds = value };
                    break;
                case "--rate":
                    options = options with { Rate = value };
                    break;
                case "--clients":
                    options = options with { Clients = value };
                    break;
                case "--trials":
                    options = options with { Trials = value };
                    break;
                case "--reconnects":
                    options = options with { Reconnects = value };
                    break;
                case "--idle-seconds":
                    options = options with { IdleSeconds = value };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
