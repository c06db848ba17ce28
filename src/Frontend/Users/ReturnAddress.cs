namespace Actors.Users;

/// <summary>Where a user may be sent after he signed in: nowhere that a stranger chose.</summary>
internal static class ReturnAddress
{
    private const int MaxLength = 2_000;

    /// <summary>
    /// The address, if it is a path of this host or of an origin on the list; without one the first of the list, else <c>/</c>. 400 otherwise.
    /// </summary>
    public static string Check(string? wanted, IReadOnlyList<string> allowed)
    {
        if (string.IsNullOrEmpty(wanted))
        {
            return allowed.Count > 0 ? allowed[0] : "/";
        }

        return wanted.Length <= MaxLength && !wanted.Contains('#', StringComparison.Ordinal) && (IsPath(wanted) || allowed.Any(url => IsOf(url, wanted)))
            ? wanted
            : throw Errors.Invalid("returnUrl", "Must be a path, or of an origin that is configured, without a fragment.");
    }

    // Browsers read "//host" and "/\host" as another host, and drop tabs and line breaks before they look.
    private static bool IsPath(string url) =>
        url[0] == '/' && !url.Any(c => c == '\\' || char.IsControl(c) || char.IsWhiteSpace(c)) && !url.StartsWith("//", StringComparison.Ordinal);

    private static bool IsOf(string allowed, string url) =>
        !url.Any(c => c == '\\' || char.IsControl(c) || char.IsWhiteSpace(c))
        && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && Uri.TryCreate(allowed, UriKind.Absolute, out var origin)
        && uri.UserInfo.Length == 0
        && Uri.Compare(uri, origin, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
