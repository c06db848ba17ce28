using Actors.Storage;

namespace Actors.Cli;

/// <summary>The command line <c>actors</c>: one file per command, one line here.</summary>
internal static class Commands
{
    /// <summary>Runs the command that the arguments name, and returns the exit code of the process.</summary>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, IConfiguration configuration, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        var root = new RootCommand("Operates an Actors system; settings as in docs/configuration.md.")
        {
            MigrateCommand.Create(configuration),
            KeysCommand.Create(configuration),
            ClientsCommand.Create(configuration),
            QueuesCommand.Create(configuration),
        };
        var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false };
        try
        {
            return await root.Parse(args).InvokeAsync(invocation, cancellationToken);
        }
        catch (AppException refused)
        {
            await error.WriteLineAsync(refused.Message);
            return ExitCodes.Failed;
        }
        catch (Exception failure) when (StorageFailure.Explain(failure) is { } reason)
        {
            await error.WriteLineAsync(reason);
            return ExitCodes.Failed;
        }
    }
}
