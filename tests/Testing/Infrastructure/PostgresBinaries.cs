using System.Globalization;

namespace Actors.Infrastructure;

/// <summary>Where the programs of a PostgreSQL server are.</summary>
internal static class PostgresBinaries
{
    private const string DebianRoot = "/usr/lib/postgresql";

    // The lock is for other test runs on the same machine; whoever comes second finds the binaries. The distribution's package
    // would also create a cluster and start it on port 5432: the include file, there for this one call, says no to that.
    private const string Install = """
        exec 9>/tmp/actors-postgresql-install.lock
        flock 9
        ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
        export DEBIAN_FRONTEND=noninteractive
        no_cluster=/etc/postgresql-common/createcluster.d/actors-tests.conf
        mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' >$no_cluster
        trap 'rm -f $no_cluster' EXIT
        apt-get update -q && apt-get install -y -q --no-install-recommends postgresql
        """;

    private static readonly TimeSpan InstallDeadline = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task<(string? Folder, string WhyNot)>> Found = new(SearchAsync);

    /// <summary>The folder of <c>initdb</c> and <c>postgres</c>, or null and the reason why this machine cannot have them.</summary>
    public static Task<(string? Folder, string WhyNot)> FindOrInstallAsync() => Found.Value;

    private static async Task<(string? Folder, string WhyNot)> SearchAsync()
    {
        if (!ChildProcess.IsSupported)
        {
            return (null, "local servers need a POSIX shell.");
        }

        if (Find() is { } folder)
        {
            return (folder, "");
        }

        return Environment.IsPrivilegedProcess && File.Exists("/usr/bin/apt-get")
            ? await InstallAsync()
            : (null, "there are no server binaries in /usr/lib/postgresql or PATH, and only root on Debian may install them.");
    }

    private static async Task<(string? Folder, string WhyNot)> InstallAsync()
    {
        var temporary = Directory.CreateTempSubdirectory("actors-install-").FullName;
        try
        {
            await using var install = ChildProcess.Start(["/bin/sh", "-c", Install], temporary, "TERM");
            var exitCode = await install.WaitForExitAsync(InstallDeadline);
            return exitCode == 0 && Find() is { } folder
                ? (folder, "")
                : (null, string.Create(CultureInfo.InvariantCulture, $"apt-get could not install it ({exitCode}):\n{install.Output}"));
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static string? Find()
    {
        var debian = Directory.Exists(DebianRoot) ? Directory.GetDirectories(DebianRoot) : [];
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return debian
            .OrderByDescending(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(d => Path.Combine(d, "bin"))
            .Concat(path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "postgres")));
    }
}
