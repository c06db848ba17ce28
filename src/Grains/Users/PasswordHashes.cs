using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Konscious.Security.Cryptography;
using Bcrypt = BCrypt.Net.BCrypt;

namespace Actors.Users;

/// <summary>
/// Reads the hashes that systems before this one left: bcrypt, Argon2id and PBKDF2 as PHC strings, and ASP.NET Identity's (version 3). What
/// is none of them is no password's hash. Their costs are bounded: a hash must not hold up the machine.
/// </summary>
internal static class PasswordHashes
{
    // An empty hash would be the hash of every password.
    private const int MinHashBytes = 16;
    private const int MaxBcryptCost = 16;
    private const int MaxIterations = 2_000_000;
    private const int MaxArgonKilobytes = 256 * 1024;
    private const int MaxArgonPasses = 16;

    /// <summary>Whether the hash is bcrypt's at this cost.</summary>
    public static bool IsBcrypt(string hash, int cost) => BcryptCost(hash) == cost;

    /// <summary>Whether the password belongs to the hash.</summary>
    public static bool Verify(string password, string hash)
    {
        try
        {
            return hash switch
            {
                _ when BcryptCost(hash) is { } cost => cost <= MaxBcryptCost && Bcrypt.Verify(password, hash),
                _ when hash.StartsWith("$argon2id$", StringComparison.Ordinal) => VerifyArgon(password, hash.Split('$')),
                _ when hash.StartsWith("$pbkdf2", StringComparison.Ordinal) => VerifyPbkdf2(password, hash.Split('$')),
                _ => VerifyIdentity(password, hash),
            };
        }
        catch (Exception malformed) when (malformed is FormatException or OverflowException or ArgumentException or KeyNotFoundException or BCrypt.Net.SaltParseException)
        {
            return false;
        }
    }

    // $2b$10$…
    private static int? BcryptCost(string hash) =>
        hash is ['$', '2', 'a' or 'b' or 'x' or 'y', '$', _, _, '$', ..] && int.TryParse(hash.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var cost)
            ? cost
            : null;

    // $argon2id$v=19$m=19456,t=2,p=1$salt$hash
    private static bool VerifyArgon(string password, string[] parts)
    {
        if (parts is not [_, _, "v=19", var costs, var salt, var hash])
        {
            return false;
        }

        var named = costs.Split(',').Select(c => c.Split('=')).ToDictionary(c => c[0], c => Number(c[1]), StringComparer.Ordinal);
        var (memory, passes, lanes) = (named["m"], named["t"], named["p"]);
        if (memory is < 8 or > MaxArgonKilobytes || passes is < 1 or > MaxArgonPasses || lanes is < 1 or > 16)
        {
            return false;
        }

        var expected = Decode(hash);
        if (expected.Length is < MinHashBytes or > 512)
        {
            return false;
        }

        using var argon = new Argon2id(Encoding.UTF8.GetBytes(password))
        {
            Salt = Decode(salt),
            MemorySize = memory,
            Iterations = passes,
            DegreeOfParallelism = lanes,
        };
        return IsEqual(argon.GetBytes(expected.Length), expected);
    }

    // $pbkdf2-sha256$i=600000$salt$hash, or as passlib writes it: $pbkdf2-sha256$29000$salt$hash
    private static bool VerifyPbkdf2(string password, string[] parts)
    {
        if (parts is not [_, var name, var cost, var salt, var hash])
        {
            return false;
        }

        var algorithm = name switch
        {
            "pbkdf2" or "pbkdf2-sha1" => HashAlgorithmName.SHA1,
            "pbkdf2-sha256" => HashAlgorithmName.SHA256,
            "pbkdf2-sha512" => HashAlgorithmName.SHA512,
            _ => throw new FormatException(),
        };
        var iterations = cost.Split(',').Select(c => c.Split('=')).First(c => c.Length == 1 || c[0] == "i");
        return VerifyPbkdf2(password, Decode(salt), Number(iterations[^1]), algorithm, Decode(hash));
    }

    // Base64 of: 1, algorithm, iterations and length of the salt as 32 bits big-endian, salt, hash.
    private static bool VerifyIdentity(string password, string hash)
    {
        var bytes = Convert.FromBase64String(hash);
        if (bytes is not [1, ..] || bytes.Length < 13)
        {
            return false;
        }

        var algorithm = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)) switch
        {
            0 => HashAlgorithmName.SHA1,
            1 => HashAlgorithmName.SHA256,
            2 => HashAlgorithmName.SHA512,
            _ => throw new FormatException(),
        };
        var iterations = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(5));
        var saltLength = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(9));
        return saltLength is >= 8 and <= 64 && bytes.Length > 13 + saltLength
            && VerifyPbkdf2(password, bytes[13..(13 + saltLength)], iterations, algorithm, bytes[(13 + saltLength)..]);
    }

    private static bool VerifyPbkdf2(string password, byte[] salt, int iterations, HashAlgorithmName algorithm, byte[] expected) =>
        iterations is >= 1 and <= MaxIterations && expected.Length is >= MinHashBytes and <= 64
        && IsEqual(Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, algorithm, expected.Length), expected);

    private static bool IsEqual(byte[] actual, byte[] expected) => CryptographicOperations.FixedTimeEquals(actual, expected);

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    // Base64 without padding; passlib writes '.' for '+'.
    private static byte[] Decode(string text) =>
        Convert.FromBase64String(text.Replace('.', '+').TrimEnd('=').PadRight((text.TrimEnd('=').Length + 3) / 4 * 4, '='));
}
