namespace Actors.Infrastructure;

/// <summary>A real browser.</summary>
public static class Chromium
{
    private static readonly Lazy<Task<string?>> Missing = new(() => DebianPackages.EnsureAsync("chromium", "command -v chromium"));

    /// <summary>The program; where there is none and none can be installed, the asking test is skipped, or fails on CI.</summary>
    public static async Task<string> FindAsync()
    {
        if (await Missing.Value is { } whyNot)
        {
            Machine.Lacks($"No Chromium: {whyNot}");
        }

        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, "chromium"))
            .First(File.Exists);
    }
}
