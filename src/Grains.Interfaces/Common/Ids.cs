using System.Security.Cryptography;
using System.Text;

namespace Actors;

/// <summary>Ids are opaque text of at most 255 characters; those made here are UUIDs.</summary>
public static class Ids
{
    /// <summary>Longest id, in characters.</summary>
    public const int MaxLength = 255;

    /// <summary>A new, time-ordered id (UUIDv7).</summary>
    public static string New(DateTimeOffset now) => Guid.CreateVersion7(now).ToString();

    /// <summary>The id that a repetition of the same create by the same caller finds again (UUIDv8).</summary>
    public static string From(string kind, string callerId, string commandKey)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{callerId}\n{commandKey}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true).ToString();
    }
}
