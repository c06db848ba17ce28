namespace Actors.Infrastructure;

/// <summary>What a test needs from the machine.</summary>
public static class Requirement
{
    /// <summary>Whether this is a CI run, where nothing may be skipped.</summary>
    public static bool IsCi { get; } = string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The machine cannot run the current test: skips it with the reason, or fails it on CI.</summary>
    public static void Missing(string reason)
    {
        if (IsCi)
        {
            Assert.Fail($"{reason} A skip is a failure when CI=true.");
        }

        Assert.Skip(reason);
    }
}
