using Actors.Blobs;
using Actors.Hosting;
using Actors.Jobs;
using Microsoft.Extensions.Options;

namespace Actors;

/// <summary>Does jobs, and nothing else: a client of the silos, with HTTP for health and metrics alone.</summary>
internal static class WorkerProgram
{
    private const string DefaultUrl = "http://127.0.0.1:8083";

    public static async Task<int> Main(string[] args)
    {
        try
        {
            // Settings lie beside the program, so that it starts the same from every working directory.
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
            builder.Services.AddSingleton(TimeProvider.System);
            builder.ListenByDefaultOn(DefaultUrl);
            builder.AddDraining();
            builder.AddTelemetry();
            builder.AddClusterClient(ClusterClientOptions.Read(builder.Configuration));
            if (!builder.Services.AddObjectStore(builder.Configuration))
            {
                throw new OptionsValidationException(
                    nameof(S3Options), typeof(S3Options), ["a worker stores what it makes: set Blobs:S3, as the silos have it."]);
            }

            // After the client: what starts last stops first, so what is under way can still be handed back.
            builder.Services.AddWorkers();

            var app = builder.Build();
            app.MapPlainHealth();
            app.MapTelemetry();
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
