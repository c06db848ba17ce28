using System.Net;
using Actors.Http;
using Actors.Infrastructure;
using Actors.Mail;

namespace Actors.Users;

/// <summary>Sign-in by accounts at real providers in Google's and GitHub's place.</summary>
public sealed class OAuthTests : IAsyncLifetime
{
    private const string Origin = "http://127.0.0.1";
    private const string Site = "https://app.example.org/";

    private IdentityProviders? _providers;
    private ActorsApp? _app;

    private ActorsApp App => _app!;

    public async ValueTask InitializeAsync()
    {
        _providers = await IdentityProviders.StartNewAsync(Origin);
        _app = new ActorsApp(
            null,
            ("GOOGLE_CLIENT_ID", IdentityProviders.ClientId),
            ("GOOGLE_CLIENT_SECRET", IdentityProviders.ClientSecret),
            ("GITHUB_CLIENT_ID", IdentityProviders.ClientId),
            ("GITHUB_CLIENT_SECRET", IdentityProviders.ClientSecret),
            ("OAuth:Google:Authority", _providers.Google.ToString()),
            ("OAuth:GitHub:AuthorizeUrl", new Uri(_providers.GitHub, "/login/oauth/authorize").ToString()),
            ("OAuth:GitHub:TokenUrl", new Uri(_providers.GitHub, "/login/oauth/access_token").ToString()),
            ("OAuth:GitHub:ApiUrl", _providers.GitHub.ToString()),
            ("OAuth:PublicUrl", Origin),
            ("NEXTAUTH_URL", Site));
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (_providers is not null)
        {
            await _providers.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("google")]
    [InlineData("github")]
    public async Task Who_signs_in_by_a_provider_has_an_account_and_finds_it_again(string provider)
    {
        var email = $"{provider}@example.org";

        var first = await MeAsync(provider, Browser.Hint("1001", email));
        var second = await MeAsync(provider, Browser.Hint("1001", "renamed@example.org"));
        var other = await MeAsync(provider, Browser.Hint("1002", "other-one@example.org"));

        Assert.Equal((first.Id, email), (second.Id, first.Email));
        Assert.NotEqual(first.Id, other.Id);
    }

    [Fact]
    public async Task A_token_travels_in_the_fragment_to_the_configured_site_and_in_no_query()
    {
        using var browser = new Browser(App);

        var end = await browser.SignInAsync("google", Browser.Hint("1", "a@example.org"));

        Assert.StartsWith($"{Site}#token=", end.OriginalString, StringComparison.Ordinal);
        Assert.Equal("", end.Query);
    }

    [Fact]
    public async Task An_account_is_linked_if_both_sides_proved_its_address()
    {
        const string email = "anna@example.org";
        var anna = App.Anonymous();
        await anna.RegisterAsync(email);
        (await anna.PostAsync("/api/v1/auth/code", new { email })).Expect(HttpStatusCode.Accepted);
        var code = await Mailbox.Of(App).CodeAsync(email);
        (await anna.PostAsync("/api/v1/auth/verify", new { email, code })).Expect(HttpStatusCode.OK);

        Assert.Equal(anna.UserId, (await MeAsync("google", Browser.Hint("1", email))).Id);
        Assert.Equal(anna.UserId, (await MeAsync("github", Browser.Hint("2", email))).Id);
    }

    [Theory]
    [InlineData("google")]
    [InlineData("github")]
    public async Task An_account_whose_address_was_not_proved_here_is_not_linked(string provider)
    {
        var email = $"{provider}-unproved@example.org";
        await App.Anonymous().RegisterAsync(email);
        using var browser = new Browser(App);

        Assert.Equal("#error=ACCOUNT_NOT_LINKED", (await browser.SignInAsync(provider, Browser.Hint("1", email))).Fragment);
    }

    [Theory]
    [InlineData("google")]
    [InlineData("github")]
    public async Task An_address_that_the_provider_did_not_prove_is_worth_nothing(string provider)
    {
        using var browser = new Browser(App);

        var end = await browser.SignInAsync(provider, Browser.Hint("1", "mallory@example.org", isVerified: false));

        Assert.Equal("#error=EMAIL_NOT_VERIFIED", end.Fragment);
        (await App.Anonymous().RegisterAsync("mallory@example.org")).Expect(HttpStatusCode.Created); // nobody has it
    }

    [Fact]
    public async Task A_callback_that_another_browser_began_is_refused_and_spoilt()
    {
        using var attacker = new Browser(App);
        using var victim = new Browser(App);
        var callback = await attacker.AgreeAsync(await attacker.BeginAsync("google"), Browser.Hint("1", "attacker@example.org"));

        Refused(await victim.ReturnAsync(callback)); // no cookie
        await victim.BeginAsync("google");
        Refused(await victim.ReturnAsync(callback)); // a cookie of another flow
        Refused(await attacker.ReturnAsync(callback));
    }

    [Fact]
    public async Task A_callback_works_once()
    {
        using var browser = new Browser(App);
        var callback = await browser.AgreeAsync(await browser.BeginAsync("google"), Browser.Hint("1", "a@example.org"));
        (await browser.ReturnAsync(callback)).Expect(HttpStatusCode.Redirect);

        Refused(await browser.ReturnAsync(callback));
    }

    [Theory]
    [InlineData("state")]
    [InlineData("code")]
    [InlineData("provider")]
    public async Task A_callback_with_a_changed_part_is_refused(string part)
    {
        using var browser = new Browser(App);
        var callback = await browser.AgreeAsync(await browser.BeginAsync("google"), Browser.Hint("1", "a@example.org"));
        var changed = part switch
        {
            "provider" => callback.Replace("/google/", "/github/", StringComparison.Ordinal),
            _ => callback.Replace($"{part}=", $"{part}=x", StringComparison.Ordinal),
        };

        var answer = await browser.ReturnAsync(changed);

        if (part == "code")
        {
            Assert.Equal("#error=OAUTH_FAILED", answer.Expect(HttpStatusCode.Redirect).Message.Headers.Location!.Fragment);
        }
        else
        {
            Refused(answer);
        }
    }

    [Fact]
    public async Task A_code_of_another_flow_is_not_taken_for_ones_own()
    {
        using var attacker = new Browser(App);
        using var victim = new Browser(App);
        var stolen = await attacker.AgreeAsync(await attacker.BeginAsync("google"), Browser.Hint("1", "attacker@example.org"));
        var own = await victim.AgreeAsync(await victim.BeginAsync("google"), Browser.Hint("2", "victim@example.org"));

        var mixed = own.Replace(Part(own, "code"), Part(stolen, "code"), StringComparison.Ordinal);

        // The provider refuses it: the verifier (PKCE) is not that of the flow which the code belongs to.
        Assert.Equal("#error=OAUTH_FAILED", (await victim.ReturnAsync(mixed)).Expect(HttpStatusCode.Redirect).Message.Headers.Location!.Fragment);
    }

    [Fact]
    public async Task Who_says_no_at_the_provider_comes_back_without_a_token()
    {
        using var browser = new Browser(App);

        Assert.Equal($"{Site}#error=ACCESS_DENIED", (await browser.SignInAsync("google", "deny")).OriginalString);
    }

    [Theory]
    [InlineData("https://evil.example.org/")]
    [InlineData("//evil.example.org/")]
    [InlineData("/\\evil.example.org/")]
    [InlineData("/\t/evil.example.org/")]
    [InlineData("https://app.example.org.evil.example.org/")]
    [InlineData("https://app.example.org@evil.example.org/")]
    [InlineData("https://app.example.org:444/")]
    [InlineData("http://app.example.org/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("evil")]
    [InlineData("/x#token=y")]
    public async Task Nobody_is_sent_to_an_address_that_a_stranger_chose(string returnUrl)
    {
        var answer = await App.Anonymous().GetAsync($"/api/v1/auth/oauth/google?returnUrl={Uri.EscapeDataString(returnUrl)}");

        answer.ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
    }

    [Theory]
    [InlineData("/orders?x=1")]
    [InlineData("https://app.example.org/orders")]
    public async Task A_path_and_an_address_of_the_site_are_returned_to(string returnUrl)
    {
        using var browser = new Browser(App);

        var end = await browser.SignInAsync("google", Browser.Hint("1", "a@example.org"), returnUrl);

        Assert.StartsWith($"{returnUrl}#token=", end.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_is_for_the_server_and_not_sent_along_by_other_sites()
    {
        var begun = await App.CreateClient(new() { AllowAutoRedirect = false }).GetAsync(new Uri("/api/v1/auth/oauth/google", UriKind.Relative));

        var cookie = Assert.Single(begun.Headers.GetValues("Set-Cookie")).ToLowerInvariant();

        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=lax", cookie, StringComparison.Ordinal);
        Assert.Equal("no-store", begun.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task The_way_there_and_back_is_as_it_is_described()
    {
        var description = await ApiDescription.OfAsync(App.CreateClient());
        using var browser = new Browser(App);
        const string route = "GET /api/v1/auth/oauth/{provider}";

        var there = await browser.Client.GetAsync("/api/v1/auth/oauth/github");
        var back = await browser.ReturnAsync(await browser.AgreeAsync(there.Message.Headers.Location!, Browser.Hint("1", "a@example.org")));
        var refused = await browser.ReturnAsync("/api/v1/auth/oauth/github/callback");

        Assert.Empty(description.Problems(route, there.Expect(HttpStatusCode.Redirect).Status, there.Text));
        Assert.Empty(description.Problems($"{route}/callback", back.Expect(HttpStatusCode.Redirect).Status, back.Text));
        Assert.Empty(description.Problems($"{route}/callback", refused.Status, refused.Text));
    }

    [Fact]
    public async Task A_cookie_that_was_kept_does_not_let_a_callback_work_again()
    {
        using var browser = new Browser(App);
        var begun = await browser.Client.GetAsync("/api/v1/auth/oauth/google");
        var cookie = begun.Message.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var callback = await browser.AgreeAsync(begun.Message.Headers.Location!, Browser.Hint("1", "a@example.org"));
        var nobody = new ActorsClient(App.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = false }));
        (await nobody.SendAsync(HttpMethod.Get, callback, null, ("Cookie", cookie))).Expect(HttpStatusCode.Redirect);

        Refused(await nobody.SendAsync(HttpMethod.Get, callback, null, ("Cookie", cookie)));
    }

    private async Task<(string Id, string Email)> MeAsync(string provider, string hint)
    {
        using var browser = new Browser(App);
        var end = await browser.SignInAsync(provider, hint);
        Assert.StartsWith("#token=", end.Fragment, StringComparison.Ordinal);
        browser.Client.Token = System.Web.HttpUtility.ParseQueryString(end.Fragment[1..])["token"];
        var me = (await browser.Client.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK).Data;
        return (me.GetProperty("id").GetString()!, me.GetProperty("email").GetString()!);
    }

    private static string Part(string callback, string name) =>
        System.Web.HttpUtility.ParseQueryString(callback[callback.IndexOf('?', StringComparison.Ordinal)..])[name]!;

    private static void Refused(Answer answer) => answer.ExpectError(HttpStatusCode.BadRequest, "INVALID_OAUTH_STATE");
}
