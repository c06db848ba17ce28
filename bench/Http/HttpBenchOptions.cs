namespace Actors.Bench;

/// <summary>What is asked of the systems.</summary>
internal enum Operation
{
    Get,
    List,
    Progress,
    Create,
}

/// <summary>How much to measure.</summary>
/// <param name="Seconds">Length of one round of one system.</param>
/// <param name="Rounds">Measured rounds of every operation on every system.</param>
/// <param name="Connections">Requests under way at once, each of a user of his own.</param>
/// <param name="Orders">Work orders of every user before the first request.</param>
/// <param name="Only">One operation instead of all.</param>
internal sealed record HttpBenchOptions(int Seconds = 3, int Rounds = 5, int Connections = 64, int Orders = 40, Operation? Only = null)
{
    public const string Usage = "Options: --seconds 3 --rounds 5 --connections 64 --orders 40 --only get|list|progress|create";

    private const int FirstWarmUp = 15;
    private const int NextWarmUp = 5;

    public IReadOnlyList<Operation> Operations => Only is { } one ? [one] : Enum.GetValues<Operation>();

    /// <summary>For so many seconds each system does an operation before it is measured: what it compiles at first serves the next ones too.</summary>
    public int WarmUpFor(Operation operation) => operation == Operations[0] ? FirstWarmUp : NextWarmUp;

    // --seconds 3 --only progress …; null if something else is there
    public static HttpBenchOptions? Parse(ReadOnlySpan<string> args)
    {
        var options = new HttpBenchOptions();
        for (; !args.IsEmpty; args = args[2..])
        {
            if (args.Length < 2)
            {
                return null;
            }

            if (args[0] == "--only" && Enum.TryParse<Operation>(args[1], ignoreCase: true, out var only) && Enum.IsDefined(only))
            {
                options = options with { Only = only };
                continue;
            }

            if (!int.TryParse(args[1], out var value) || value is < 1 or > 1_000)
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
                case "--connections":
                    options = options with { Connections = value };
                    break;
                case "--orders":
                    options = options with { Orders = value };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
