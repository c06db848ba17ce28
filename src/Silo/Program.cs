using Actors.Hosting;

namespace Actors;

/// <summary>A node of the cluster: grains over PostgreSQL, and HTTP for health and metrics alone.</summary>
internal static class SiloProgram
{
    private const string DefaultUrl = "http://127.0.0.1:8081";

    public static async Task<int> Main(string[] args)
    {
        try
        {
            // Settings lie beside the program, so that it starts the same from every working directory.
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
            builder.ListenByDefaultOn(DefaultUrl);
            builder.AddDraining();
            builder.AddTelemetry();
            builder.AddClusterSilo();

            var app = builder.Build();
            app.MapPlainHealth();
            app.MapTelemetry();
            app.PrintWhereItStands();
            await app.RunAsync();
            return 0;
        }
        catch (Exception failure) when (StartFailure.Explain(failure) is { } reason)
        {
            await Console.Error.WriteLineAsync($"Cannot start: {reason}");
            return 1;
        }
    }
}
