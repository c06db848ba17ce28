using Actors.Secrets;
using Actors.Storage;

namespace Actors.Blobs;

/// <summary>Registers the store of files.</summary>
public static class BlobHosting
{
    /// <summary>
    /// Adds <see cref="IBlobStore"/>: an object store if one is configured, else a folder if this process is the whole system, else none, and uploads are
    /// refused. Adds the sweep, too.
    /// </summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is bad.</exception>
    public static IServiceCollection AddBlobs(this IServiceCollection services, IConfiguration configuration, bool isAlone)
    {
        if (!services.AddObjectStore(configuration) && isAlone)
        {
            var folder = configuration["Blobs:Folder"] is { Length: > 0 } named
                ? named
                : Path.Combine(MasterKey.DirectoryOf(StorageOptions.Read(configuration), configuration), "blobs");
            services.AddSingleton<FolderUrls>();
            services.AddSingleton(p => ActivatorUtilities.CreateInstance<FolderBlobStore>(p, Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))));
            services.AddSingleton<IBlobStore>(p => p.GetRequiredService<FolderBlobStore>());
            services.AddSingleton<IFolderParts>(p => p.GetRequiredService<FolderBlobStore>());
        }

        services.AddHostedService<BlobSweeper>();
        return services;
    }

    /// <summary>Adds <see cref="IBlobStore"/> if an object store is configured; whether it is.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is bad.</exception>
    public static bool AddObjectStore(this IServiceCollection services, IConfiguration configuration)
    {
        if (S3Options.Read(configuration) is not { } s3)
        {
            return false;
        }

        services.AddSingleton(s3);
        services.AddSingleton<IBlobStore, S3BlobStore>();
        return true;
    }
}
