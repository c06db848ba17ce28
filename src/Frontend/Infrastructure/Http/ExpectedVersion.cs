using System.Globalization;

namespace Actors.Infrastructure.Http;

/// <summary>The version that a caller means to change (<c>If-Match</c>); an endpoint takes it as a parameter.</summary>
/// <param name="Value">Null to change whatever is there.</param>
internal readonly record struct ExpectedVersion(long? Value)
{
    /// <summary>Reads the header. 400 <c>INVALID_IF_MATCH</c> if it is not one of our ETags.</summary>
    public static ValueTask<ExpectedVersion> BindAsync(HttpContext context)
    {
        var header = context.Request.Headers.IfMatch;
        if (header.Count == 0)
        {
            return ValueTask.FromResult(default(ExpectedVersion));
        }

        return header.Count == 1 && TryParse(header.ToString().Trim(), out var expected)
            ? ValueTask.FromResult(expected)
            : throw new AppException(
                ErrorKind.Invalid, "INVALID_IF_MATCH", "If-Match must be one ETag of an earlier answer, e.g. \"7\", or *.");
    }

    // "7", W/"7" or *; the weak form too, since some proxies weaken the tag of an answer that they compress.
    private static bool TryParse(string text, out ExpectedVersion expected)
    {
        expected = default;
        if (string.Equals(text, "*", StringComparison.Ordinal))
        {
            return true;
        }

        var tag = text.StartsWith("W/", StringComparison.Ordinal) ? text.AsSpan(2) : text;
        if (tag is not ['"', .. var digits, '"'] || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return false;
        }

        expected = new ExpectedVersion(version);
        return true;
    }
}
