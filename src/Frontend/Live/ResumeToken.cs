using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Actors.Live;

/// <summary>
/// Where a client goes on. Opaque to it: the version of an entity's topic; the place in every partition for a list; for several topics on
/// one stream, a mark of which topics they are and the token of each, joined by dots.
/// </summary>
internal static class ResumeToken
{
    /// <summary>Longest token, in characters.</summary>
    public const int MaxLength = 8_192;

    private const byte Format = 1;
    private const char Separator = '.';

    /// <summary>The token of a version.</summary>
    public static string Of(long version) => version.ToString(CultureInfo.InvariantCulture);

    /// <summary>The version of a token; 400 if it is none.</summary>
    public static long ReadVersion(string token) =>
        long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : throw Wrong();

    /// <summary>The token of a place in every partition.</summary>
    public static string Of(ReadOnlySpan<LogCursor> places)
    {
        // Places lie close together: told as distances from the farthest, most of them take two or three bytes.
        var (transaction, position) = (0UL, 0L);
        foreach (var place in places)
        {
            (transaction, position) = (Math.Max(transaction, place.Transaction), Math.Max(position, place.Position));
        }

        var bytes = new ArrayBufferWriter<byte>(128);
        bytes.Write([Format]);
        WriteNumber(bytes, transaction);
        WriteNumber(bytes, (ulong)position);
        foreach (var place in places)
        {
            WriteNumber(bytes, transaction - place.Transaction);
            WriteNumber(bytes, (ulong)(position - place.Position));
        }

        return Base64Url.EncodeToString(bytes.WrittenSpan);
    }

    /// <summary>The place in every partition of a token; 400 if it is none.</summary>
    public static LogCursor[] ReadPlaces(string token)
    {
        if (token.Length > MaxLength || !Base64Url.IsValid(token))
        {
            throw Wrong();
        }

        ReadOnlySpan<byte> rest = Base64Url.DecodeFromChars(token);
        if (rest is not [Format, ..])
        {
            throw Wrong();
        }

        rest = rest[1..];
        var (transaction, position) = (ReadNumber(ref rest), ReadNumber(ref rest));
        var places = new LogCursor[ChangeLogLimits.Partitions];
        foreach (ref var place in places.AsSpan())
        {
            var (behind, before) = (ReadNumber(ref rest), ReadNumber(ref rest));
            if (behind > transaction || before > position || position > long.MaxValue)
            {
                throw Wrong();
            }

            place = new LogCursor(transaction - behind, (long)(position - before));
        }

        return rest.IsEmpty ? places : throw Wrong();
    }

    /// <summary>One token for several topics.</summary>
    /// <param name="mark">The <see cref="Mark"/> of the topics.</param>
    /// <param name="tokens">The token of each, in their order.</param>
    public static string Join(string mark, IEnumerable<string> tokens) => string.Join(Separator, tokens.Prepend(mark));

    /// <summary>The token of each topic; 400 if the token belongs to other topics.</summary>
    public static IReadOnlyList<string?> Split(string? token, IReadOnlyList<string> topics)
    {
        if (string.IsNullOrEmpty(token))
        {
            return new string?[topics.Count];
        }

        if (token.Length > MaxLength)
        {
            throw Wrong();
        }

        if (topics.Count == 1)
        {
            return [token];
        }

        var parts = token.Split(Separator);
        return parts.Length == topics.Count + 1 && parts[0] == Mark(topics) ? parts[1..] : throw Wrong();
    }

    /// <summary>Tells one set of topics from another, for a client that mixes up its tokens (FNV-1a).</summary>
    public static string Mark(IEnumerable<string> topics)
    {
        var hash = 2166136261;
        foreach (var character in string.Join('\n', topics))
        {
            hash = unchecked((hash ^ character) * 16777619);
        }

        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }

    private static void WriteNumber(ArrayBufferWriter<byte> bytes, ulong number)
    {
        var span = bytes.GetSpan(10);
        var length = 0;
        for (; number >= 0x80; number >>= 7)
        {
            span[length++] = (byte)(number | 0x80);
        }

        span[length++] = (byte)number;
        bytes.Advance(length);
    }

    private static ulong ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        var number = 0UL;
        for (var shift = 0; shift < 64 && !bytes.IsEmpty; shift += 7)
        {
            var part = bytes[0];
            bytes = bytes[1..];
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return number;
            }
        }

        throw Wrong();
    }

    private static AppException Wrong() => Errors.Invalid("after", "Must be the token (id) of an earlier event of the same topics.");
}
