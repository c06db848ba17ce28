namespace Actors.Hosting;

/// <summary>The whole system in this process.</summary>
internal static class EmbeddedSilo
{
    /// <summary>Runs a silo beside the frontend, which is then its own client.</summary>
    public static WebApplicationBuilder AddEmbeddedSilo(this WebApplicationBuilder builder)
    {
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        return builder;
    }
}
