using Microsoft.Extensions.Options;

namespace Actors.Users;

/// <summary>Sign-in by Google and GitHub. Section <c>OAuth</c>; client ids and secrets also by the documents' variables.</summary>
internal sealed class OAuthOptions
{
    private const string Section = "OAuth";

    /// <summary>Google, or any provider of OpenID Connect in its place.</summary>
    public GoogleOptions Google { get; set; } = new();

    /// <summary>GitHub, or what speaks like it.</summary>
    public GitHubOptions GitHub { get; set; } = new();

    /// <summary>
    /// Where browsers reach this API, e.g. <c>https://api.example.org</c>: there the provider sends them back. Default: as the request says.
    /// </summary>
    public string? PublicUrl { get; set; }

    /// <summary>Origins, e.g. <c>https://app.example.org</c>, that a user may be returned to; <c>NEXTAUTH_URL</c> is one more.</summary>
    public IReadOnlyList<string> ReturnUrls { get; set; } = [];

    /// <summary>Reads and checks the options.</summary>
    /// <exception cref="OptionsValidationException">A setting is bad; the message is one sentence that names it.</exception>
    public static OAuthOptions Read(IConfiguration configuration)
    {
        var options = new OAuthOptions();
        var section = configuration.GetSection(Section);
        section.Bind(options);
        options.ReturnUrls = [.. section.GetSection(nameof(ReturnUrls)).Get<string[]>() ?? [], .. Named(configuration["NEXTAUTH_URL"])];
        options.Google.ClientId ??= Named(configuration["GOOGLE_CLIENT_ID"]).FirstOrDefault();
        options.Google.ClientSecret ??= Named(configuration["GOOGLE_CLIENT_SECRET"]).FirstOrDefault();
        options.GitHub.ClientId ??= Named(configuration["GITHUB_CLIENT_ID"]).FirstOrDefault();
        options.GitHub.ClientSecret ??= Named(configuration["GITHUB_CLIENT_SECRET"]).FirstOrDefault();
        options.Validate();
        return options;
    }

    private static string[] Named(string? value) => string.IsNullOrWhiteSpace(value) ? [] : [value];

    private void Validate()
    {
        Check(string.IsNullOrEmpty(Google.ClientId) == string.IsNullOrEmpty(Google.ClientSecret), "Google:ClientSecret", "given with the client id, or neither");
        Check(string.IsNullOrEmpty(GitHub.ClientId) == string.IsNullOrEmpty(GitHub.ClientSecret), "GitHub:ClientSecret", "given with the client id, or neither");
        foreach (var (name, url) in new[]
        {
            ("Google:Authority", Google.Authority), ("GitHub:AuthorizeUrl", GitHub.AuthorizeUrl), ("GitHub:TokenUrl", GitHub.TokenUrl),
            ("GitHub:ApiUrl", GitHub.ApiUrl),
        })
        {
            Check(IsSafe(url), name, "an https:// address (http:// on this machine only)");
        }

        Check(PublicUrl is null || Uri.TryCreate(PublicUrl, UriKind.Absolute, out _), nameof(PublicUrl), "an absolute address");
        foreach (var url in ReturnUrls)
        {
            Check(
                Uri.TryCreate(url, UriKind.Absolute, out var origin) && (origin.Scheme == Uri.UriSchemeHttps || origin.Scheme == Uri.UriSchemeHttp),
                nameof(ReturnUrls),
                "absolute addresses (as NEXTAUTH_URL is)");
        }
    }

    private static bool IsSafe(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    private static void Check(bool holds, string setting, string rule)
    {
        if (!holds)
        {
            throw new OptionsValidationException(nameof(OAuthOptions), typeof(OAuthOptions), [$"{Section}:{setting} must be {rule}."]);
        }
    }
}

/// <summary>A client at a provider of OpenID Connect.</summary>
internal sealed class GoogleOptions
{
    /// <summary>Also <c>GOOGLE_CLIENT_ID</c>. Default none: the provider is off.</summary>
    public string? ClientId { get; set; }

    /// <summary>Also <c>GOOGLE_CLIENT_SECRET</c>; never logged.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>The issuer, whose discovery document says the rest. Default <c>https://accounts.google.com</c>.</summary>
    public string Authority { get; set; } = "https://accounts.google.com";
}

/// <summary>A client at GitHub.</summary>
internal sealed class GitHubOptions
{
    /// <summary>Also <c>GITHUB_CLIENT_ID</c>. Default none: the provider is off.</summary>
    public string? ClientId { get; set; }

    /// <summary>Also <c>GITHUB_CLIENT_SECRET</c>; never logged.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>Where the user agrees.</summary>
    public string AuthorizeUrl { get; set; } = "https://github.com/login/oauth/authorize";

    /// <summary>Where the code is redeemed.</summary>
    public string TokenUrl { get; set; } = "https://github.com/login/oauth/access_token";

    /// <summary>Where <c>/user</c> and <c>/user/emails</c> are.</summary>
    public string ApiUrl { get; set; } = "https://api.github.com";
}
