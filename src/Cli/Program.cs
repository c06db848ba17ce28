namespace Actors.Cli;

internal static class Program
{
    // Settings come from the same variables as the product's.
    public static Task<int> Main(string[] args) =>
        Commands.RunAsync(args, new ConfigurationBuilder().AddEnvironmentVariables().Build(), Console.Out, Console.Error);
}
