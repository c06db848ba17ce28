namespace Actors.Bench;

/// <summary>How much to measure.</summary>
/// <param name="Seconds">Length of one round of one candidate.</param>
/// <param name="Rounds">Measured rounds of every candidate; one more before them warms up.</param>
/// <param name="Callers">Commands under way at once.</param>
/// <param name="Orders">Work orders of every candidate.</param>
internal sealed record CommitBenchOptions(int Seconds = 3, int Rounds = 5, int Callers = 64, int Orders = 2_000)
{
    public const string Usage = "Options: --seconds 3 --rounds 5 --callers 64 --orders 2000";

    // --seconds 3 --rounds 5 …; null if something else is there
    public static CommitBenchOptions? Parse(ReadOnlySpan<string> args)
    {
        var options = new CommitBenchOptions();
        for (; !args.IsEmpty; args = args[2..])
        {
            if (args.Length < 2 || !int.TryParse(args[1], out var value) || value is < 1 or > 100_000)
            {
                return null;
            }

            switch (args[0])
            {
                case "--seconds":
                    options = options with { Seconds = value };
                    break;
                case "--rounds":
                    options = options with { Rounds = value };
                    break;
                case "--callers":
                    options = options with { Callers = value };
                    break;
                case "--orders":
                    options = options with { Orders = value };
                    break;
                default:
                    return null;
            }
        }

        return options.Orders < options.Callers ? null : options;
    }
}
