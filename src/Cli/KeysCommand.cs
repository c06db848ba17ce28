using Actors.Secrets;
using Actors.Storage;
using Actors.Users;

namespace Actors.Cli;

/// <summary><c>actors keys rotate</c>: a new key for the tokens of a system that runs or not. Wants the silos' master key.</summary>
internal static class KeysCommand
{
    public static Command Create(IConfiguration configuration)
    {
        var rotate = new Command("rotate", "Makes a new key that signs tokens; silos use it within half a minute. Older tokens hold until they end.");
        rotate.SetAction(async (parsed, cancellationToken) =>
        {
            var services = new ServiceCollection().AddLogging().AddSingleton(configuration).AddStorage(configuration, isAlone: true)
                .AddSecrets(configuration, isAlone: StorageOptions.Read(configuration).PostgreSql is null)
                .AddTokenOptions().AddSingleton<SigningKeys>();
            await using var provider = services.BuildServiceProvider();
            var kid = await provider.GetRequiredService<SigningKeys>().RotateAsync(cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"Key {kid} signs tokens from now on, in running silos within 30 s.");
            return ExitCodes.Done;
        });
        return new Command("keys", "The keys that sign tokens.") { rotate };
    }
}
