using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Actors.Users;

/// <summary>Finds the signing secret, or makes one and keeps it.</summary>
internal static class JwtSecret
{
    /// <summary>Name of the file in the data directory.</summary>
    public const string FileName = "jwt.secret";

    /// <summary>The configured secret, or the one kept in <paramref name="dataDirectory"/>, made there at the first start.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="dataDirectory">Null if the secret must be configured, because other processes need the same.</param>
    public static string Find(IConfiguration configuration, string? dataDirectory)
    {
        // An empty variable is an unset one: compose files and charts like to write NAME="".
        var configured = new[] { configuration["Jwt:Secret"], configuration["JWT_SECRET"], configuration["NEXTAUTH_SECRET"] }
            .FirstOrDefault(secret => !string.IsNullOrEmpty(secret));
        return Checked(configured ?? (dataDirectory is null
            ? throw Refused("JWT_SECRET must be set when Cluster:Mode is client: every frontend must sign with the same secret.")
            : Kept(Path.Combine(dataDirectory, FileName))));
    }

    private static string Kept(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{Environment.ProcessId}";
        if (!File.Exists(path))
        {
            // Complete before it has its name, and never over another's: two first starts agree on one secret.
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
        file.Write(System.Text.Encoding.ASCII.GetBytes(secret));
        file.Flush(flushToDisk: true);
    }

    private static string Checked(string secret) => secret.Length >= JwtOptions.MinSecretLength
        ? secret
        : throw Refused($"The JWT secret must have at least {JwtOptions.MinSecretLength} characters.");

    private static OptionsValidationException Refused(string sentence) => new(nameof(JwtOptions), typeof(JwtOptions), [sentence]);
}
