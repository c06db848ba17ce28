using Microsoft.Extensions.Configuration;

namespace Actors.Cli;

/// <summary>Runs <c>actors</c> in this process.</summary>
internal static class CommandLine
{
    public static async Task<(int Code, string Output, string Error)> RunAsync(string[] args, params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)))
            .Build();
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await Commands.RunAsync(args, configuration, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
