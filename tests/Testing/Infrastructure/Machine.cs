namespace Actors.Infrastructure;

/// <summary>The machine that the tests run on.</summary>
public static class Machine
{
    /// <summary>Whether this is a CI run, where nothing may be skipped.</summary>
    public static bool IsCi { get; } = string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>It cannot run the current test: skips the test with the reason, or fails it on CI.</summary>
    public static void Lacks(string reason)
    {
        if (IsCi)
        {
            Assert.Fail($"{reason} A skip is a failure when CI=true.");
        }

        Assert.Skip(reason);
    }
}
