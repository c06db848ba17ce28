using System.Security.Cryptography;
using System.Text;
using Actors.Storage;
using Microsoft.Extensions.Options;

namespace Actors.Secrets;

/// <summary>
/// The one secret that is not in the database: it encrypts the key ring that encrypts the rest. <c>ACTORS_MASTER_KEY</c>, or the content
/// of the file that <c>ACTORS_MASTER_KEY_FILE</c> names; else <c>JWT_SECRET</c> or <c>NEXTAUTH_SECRET</c>, which older settings have.
/// </summary>
public sealed class MasterKey
{
    /// <summary>Fewest characters.</summary>
    public const int MinLength = 32;

    /// <summary>Name of the file in the data directory, made once if nothing is configured.</summary>
    public const string FileName = "master.key";

    private readonly byte[] _key;

    private MasterKey(string secret) => _key = SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>The configured key, or the one kept in <paramref name="dataDirectory"/>, made there at the first start.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="dataDirectory">Null if the key must be configured, because other processes need the same.</param>
    /// <exception cref="OptionsValidationException">There is none, or it is too short.</exception>
    public static MasterKey Find(IConfiguration configuration, string? dataDirectory) => new(Checked(
        Configured(configuration) ?? (dataDirectory is null
            ? throw Refused("ACTORS_MASTER_KEY (or JWT_SECRET) must be set: every silo over a database must have the same.")
            : Kept(Path.Combine(dataDirectory, FileName)))));

    /// <summary>The folder in which a process that is alone keeps its key.</summary>
    public static string DirectoryOf(StorageOptions storage, IConfiguration configuration) => Path.GetFullPath(
        configuration["ACTORS_DATA"] is { Length: > 0 } named ? named : Path.GetDirectoryName(storage.SqlitePath) is { Length: > 0 } folder ? folder : ".");

    /// <summary>A key of 32 bytes for one purpose.</summary>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, outputLength: 32, info: Encoding.UTF8.GetBytes(purpose));

    // An empty variable is an unset one: compose files and charts like to write NAME="".
    private static string? Configured(IConfiguration configuration)
    {
        return Set("ACTORS_MASTER_KEY")
            ?? (Set("ACTORS_MASTER_KEY_FILE") is { } file ? Read(file) : null)
            ?? Set("JWT_SECRET") ?? Set("NEXTAUTH_SECRET") ?? Set("Jwt:Secret");

        string? Set(string name) => configuration[name] is { Length: > 0 } value ? value : null;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Refused($"ACTORS_MASTER_KEY_FILE cannot be read: {failure.Message}");
        }
    }

    private static string Kept(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{Environment.ProcessId}";
        if (!File.Exists(path))
        {
            // Complete before it has its name, and never over another's: two first starts agree on one key.
            WriteDraft(draft, Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)));
            try
            {
                File.Move(draft, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(draft);
            }
        }

        return File.ReadAllText(path).Trim();
    }

    private static void WriteDraft(string path, string secret)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(Encoding.ASCII.GetBytes(secret));
        file.Flush(flushToDisk: true);
    }

    private static string Checked(string secret) => secret.Length >= MinLength
        ? secret
        : throw Refused($"The master key (ACTORS_MASTER_KEY or JWT_SECRET) must have at least {MinLength} characters.");

    private static OptionsValidationException Refused(string sentence) => new(nameof(MasterKey), typeof(MasterKey), [sentence]);
}
