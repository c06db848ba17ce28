using System.Globalization;
using Npgsql;

namespace Actors.Bench;

/// <summary>CPU time of a PostgreSQL server on this machine: of its first process, and of all that descend from it.</summary>
internal sealed class PostgresCpu
{
    private const int TicksPerSecond = 100; // USER_HZ, the same on every Linux

    private readonly string _postmaster;

    private PostgresCpu(string postmaster) => _postmaster = postmaster;

    public static async Task<PostgresCpu> FindAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });
        await using var connection = await source.OpenConnectionAsync();
        return new(ReadStat(connection.ProcessID.ToString(CultureInfo.InvariantCulture))![1]);
    }

    /// <summary>Since its start.</summary>
    public TimeSpan Read()
    {
        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            var process = Path.GetFileName(folder);
            if (!char.IsAsciiDigit(process[0]) || ReadStat(process) is not { } stat)
            {
                continue;
            }

            if (process == _postmaster)
            {
                ticks += Sum(stat, 11, 4); // with its children that have ended
            }
            else if (stat[1] == _postmaster)
            {
                ticks += Sum(stat, 11, 2);
            }
        }

        return TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
    }

    /// <summary>Of everybody on this machine, since it started.</summary>
    public static TimeSpan ReadMachine()
    {
        // cpu  user nice system idle iowait irq softirq steal …
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return TimeSpan.FromSeconds((double)(Sum(fields, 1, 3) + Sum(fields, 6, 3)) / TicksPerSecond);
    }

    private static long Sum(string[] stat, int from, int count) =>
        stat.AsSpan(from, count).ToArray().Sum(field => long.Parse(field, CultureInfo.InvariantCulture));

    // 4242 (postgres) S 4200 … → S, 4200 (parent), …; utime, stime, cutime, cstime are the fields 11 to 14 of these
    private static string[]? ReadStat(string process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // it has ended
        }
    }
}
