using System.Globalization;
using System.Text.RegularExpressions;

namespace Actors.Blobs;

/// <summary>
/// Keys of blobs: <c>kind/yyyy/mm/id</c>, e.g. <c>image/2026/03/0197c3b2-…</c>. Lower-case letters, digits and hyphens alone, so that every store and
/// file system takes them as they are. Nothing is read from a key but its kind.
/// </summary>
public static partial class BlobKeys
{
    /// <summary>A key for a new blob.</summary>
    /// <param name="kind">What it is, e.g. <c>image</c>.</param>
    /// <param name="id">Unique.</param>
    /// <param name="now">Its month keeps folders and listings small.</param>
    public static string Of(string kind, string id, DateTimeOffset now)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{kind}/{now.UtcDateTime:yyyy'/'MM}/{id}");
        Check(key);
        return key;
    }

    /// <summary>Whether the text is a key.</summary>
    public static bool IsValid(string? text) => text is { Length: <= BlobLimits.Key } && Key().IsMatch(text);

    /// <summary>Whether a key could begin with the text.</summary>
    public static bool IsPrefix(string text) => text.Length <= BlobLimits.Key && Prefix().IsMatch(text);

    /// <summary>Throws if the text is no key.</summary>
    public static void Check(string key)
    {
        if (!IsValid(key))
        {
            throw new ArgumentException($"'{key}' is no key of a blob.", nameof(key));
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,63}/[0-9]{4}/(0[1-9]|1[0-2])/[a-z0-9][a-z0-9-]{0,63}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Key();

    [GeneratedRegex(@"^[a-z0-9-]*(/[a-z0-9-]*){0,3}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Prefix();
}
