using Actors.Storage;

namespace Actors.Cli;

/// <summary><c>actors migrate [--check]</c>: what every silo does at its start, ahead of it.</summary>
internal static class MigrateCommand
{
    public static Command Create(IConfiguration configuration)
    {
        var check = new Option<bool>("--check")
        {
            Description = $"Change nothing; exit code {ExitCodes.Done} if the schema is up to date, {ExitCodes.Pending} if migrations are pending.",
        };
        var command = new Command("migrate", "Brings the schema of the configured database up to date.") { check };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var services = new ServiceCollection().AddLogging().AddStorage(configuration).BuildServiceProvider();
            var migrator = services.GetRequiredService<Migrator>();
            var output = parsed.InvocationConfiguration.Output;
            return parsed.GetValue(check)
                ? await CheckAsync(migrator, output, cancellationToken)
                : await MigrateAsync(migrator, output, cancellationToken);
        });
        return command;
    }

    private static async Task<int> MigrateAsync(Migrator migrator, TextWriter output, CancellationToken cancellationToken)
    {
        await PrintAsync(await migrator.MigrateAsync(cancellationToken), "applied", output);
        return ExitCodes.Done;
    }

    private static async Task<int> CheckAsync(Migrator migrator, TextWriter output, CancellationToken cancellationToken)
    {
        var pending = await migrator.PendingAsync(cancellationToken);
        await PrintAsync(pending, "pending", output);
        return pending.Count == 0 ? ExitCodes.Done : ExitCodes.Pending;
    }

    private static async Task PrintAsync(IReadOnlyList<string> migrations, string state, TextWriter output)
    {
        foreach (var migration in migrations)
        {
            await output.WriteLineAsync($"{state} {migration}");
        }

        if (migrations.Count == 0)
        {
            await output.WriteLineAsync("The schema is up to date.");
        }
    }
}
