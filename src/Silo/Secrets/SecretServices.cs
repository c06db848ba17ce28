using System.Data.Common;
using Actors.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace Actors.Secrets;

/// <summary>Registers what keeps a silo's secrets.</summary>
public static class SecretServices
{
    /// <summary>Adds <see cref="ISecrets"/>: the key ring is in the database of <see cref="StorageServices.AddStorage"/>.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="isAlone">Whether no other process needs the master key: then one is made if none is configured.</param>
    public static IServiceCollection AddSecrets(this IServiceCollection services, IConfiguration configuration, bool isAlone)
    {
        var directory = isAlone ? MasterKey.DirectoryOf(StorageOptions.Read(configuration), configuration) : null;
        services.AddSingleton(MasterKey.Find(configuration, directory));
        services.AddDataProtection().SetApplicationName("actors");
        services.AddOptions<KeyManagementOptions>().Configure<DbDataSource, TimeProvider, MasterKey>((ring, source, time, master) =>
        {
            ring.XmlRepository = new KeyRingRows(source, time);
            ring.XmlEncryptor = new MasterKeyXmlEncryptor(master);
        });
        services.AddSingleton<ISecrets, ProtectedSecrets>();
        return services;
    }
}
