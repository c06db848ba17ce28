namespace Actors.Hosting;

/// <summary>Where a process without other storage keeps its files.</summary>
internal static class DataDirectory
{
    /// <summary>The directory, by <c>ACTORS_DATA</c>; <c>./data</c> by default.</summary>
    public static string Of(IConfiguration configuration) =>
        Path.GetFullPath(configuration["ACTORS_DATA"] is { Length: > 0 } named ? named : "data");
}
