namespace Actors.Infrastructure;

public sealed class ChildProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-child-").FullName;

    [Fact]
    public async Task A_program_gives_its_exit_code_and_output()
    {
        var (exitCode, output) = await ChildProcess.RunAsync(["/bin/sh", "-c", "echo to-out; echo to-err >&2; exit 7"], _folder);

        Assert.Equal(7, exitCode);
        Assert.Contains("to-out", output, StringComparison.Ordinal);
        Assert.Contains("to-err", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM", 128 + 15)]
    [InlineData("KILL", 128 + 9)]
    public async Task A_signal_reaches_the_program(string signal, int exitCode)
    {
        await using var child = ChildProcess.Start(["tail", "-f", "/dev/null"], _folder, "KILL");
        Assert.False(child.HasExited);

        await child.SignalAsync(signal);

        Assert.Equal(exitCode, await child.WaitForExitAsync());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
