using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Actors.Hosting;

/// <summary>Where a process listens for HTTP.</summary>
public static class Addresses
{
    private static readonly string[] Settings = ["urls", "http_ports", "https_ports"];

    /// <summary>Listens on this address if no setting names another.</summary>
    public static WebApplicationBuilder ListenByDefaultOn(this WebApplicationBuilder builder, string url)
    {
        var configuration = builder.Configuration;
        if (Array.TrueForAll(Settings, setting => string.IsNullOrEmpty(configuration[setting]))
            && !configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(url);
        }

        return builder;
    }

    /// <summary>The addresses, once the process listens; none in a test host.</summary>
    public static IEnumerable<string> ListeningOn(this WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
}
