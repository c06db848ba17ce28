using System.Globalization;

namespace Actors.Infrastructure;

/// <summary>Programs that tests need and Debian has: found, or installed by apt-get where the tests run as root.</summary>
internal static class DebianPackages
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    /// <summary>Null if what is needed is there, now; else the reason why it cannot be.</summary>
    /// <param name="packages">The packages, separated by spaces.</param>
    /// <param name="check">A shell command that succeeds if they are there.</param>
    public static async Task<string?> EnsureAsync(string packages, string check)
    {
        if (!ChildProcess.IsSupported)
        {
            return "local servers need a POSIX shell.";
        }

        // The lock is for other test runs on the same machine; whoever comes second finds them.
        var install = $"""
            {check} >/dev/null 2>&1 && exit 0
            test "$(id -u)" = 0 && test -x /usr/bin/apt-get || exit 3
            exec 9>/tmp/actors-packages.lock
            flock 9
            {check} >/dev/null 2>&1 && exit 0
            export DEBIAN_FRONTEND=noninteractive
            apt-get update -q && apt-get install -y -q --no-install-recommends {packages} && {check}
            """;
        var folder = Directory.CreateTempSubdirectory("actors-install-").FullName;
        try
        {
            await using var process = ChildProcess.Start(["/bin/sh", "-c", install], folder, "TERM");
            return await process.WaitForExitAsync(Deadline) switch
            {
                0 => null,
                3 => $"{packages}: not there, and only root on Debian may install it.",
                var exitCode => string.Create(CultureInfo.InvariantCulture, $"apt-get could not install {packages} ({exitCode}):\n{process.Output}"),
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
