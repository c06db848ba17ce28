using System.Globalization;

namespace Actors.Bench;

/// <summary>CPU time of a process on this machine.</summary>
/// <param name="Name">What to call it in a table.</param>
/// <param name="Read">The time used since it started.</param>
internal sealed record ProcessCpu(string Name, Func<TimeSpan> Read)
{
    private const int TicksPerSecond = 100; // USER_HZ, the same on every Linux

    /// <summary>The process whose command line holds all of the given words, other than a shell that holds them for it.</summary>
    public static ProcessCpu Find(string name, params string[] words)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (char.IsAsciiDigit(Path.GetFileName(folder)[0]) && ReadText($"{folder}/cmdline") is { } command
                && !command.StartsWith("/bin/sh", StringComparison.Ordinal) && words.All(w => command.Contains(w, StringComparison.Ordinal)))
            {
                return new(name, () => ReadUsed($"{folder}/stat"));
            }
        }

        throw new InvalidOperationException($"There is no process with {string.Join(' ', words)}.");
    }

    // 4242 (dotnet) S 4200 …; utime and stime are the 12th and 13th field after the name
    private static TimeSpan ReadUsed(string path)
    {
        var text = ReadText(path) ?? throw new InvalidOperationException("The process has ended.");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
    }

    private static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
