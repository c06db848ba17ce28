namespace Actors.Cli;

/// <summary>What a script learns from a command. Stable: never give a code another meaning.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>It did not work, or the arguments are wrong; standard error says why in one sentence.</summary>
    public const int Failed = 1;

    /// <summary>A check found something to do.</summary>
    public const int Pending = 3;
}
