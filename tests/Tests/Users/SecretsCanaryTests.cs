using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Actors.Blobs;
using Actors.Clients;
using Actors.Infrastructure;
using Actors.Mail;
using Actors.Providers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Actors.Users;

/// <summary>
/// Every secret that a user has, used in every way, right and wrong: none is in a log line, a trace, a metric, a refusal or a table, but as a hash or
/// encrypted. A new secret belongs into <see cref="UseAsync"/>.
/// </summary>
public sealed class SecretsCanaryTests(PostgresServer server)
{
    private const string Password = "canary-first-password";
    private const string NewPassword = "canary-second-password";
    private const string WrongPassword = "canary-wrong-password";
    private const string MasterKey = "canary-master-key-0123456789abcdef0123456789";
    private const string ClientSecret = "canary-client-secret";
    private const string ProviderKey = "canary-provider-key";
    private const string Hook = "/hook";
    private const string WebhookSecret = "canary-webhook-secret";

    private readonly Dictionary<string, string> _secrets = new(StringComparer.Ordinal)
    {
        ["password"] = Password,
        ["new password"] = NewPassword,
        ["wrong password"] = WrongPassword,
        ["administrator's password"] = ActorsClient.Password,
        ["master key"] = MasterKey,
        ["client secret"] = ClientSecret,
        ["provider's key"] = ProviderKey,
        ["webhook's secret"] = WebhookSecret,
        ["webhook's secret in base64"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(WebhookSecret)),
        ["oauth code"] = "canary-oauth-code",
        ["oauth state"] = "canary-oauth-state",
        ["forged token"] = "canary-forged-token",
    };

    private Telltales? _telltales;

    [Fact]
    public async Task No_secret_is_where_it_does_not_belong()
    {
        using var telltales = new Telltales();
        _telltales = telltales;
        var database = await server.CreateDatabaseAsync();
        await using var provider = await ProviderServer.StartAsync((_, http) =>
        {
            http.Response.StatusCode = 401;
            return http.Response.WriteAsync(http.Request.Headers.Authorization.ToString());
        });
        await using var app = new WatchedApp(
            telltales,
            database,
            ("ACTORS_MASTER_KEY", MasterKey),
            ("GOOGLE_CLIENT_ID", "id"),
            ("GOOGLE_CLIENT_SECRET", ClientSecret),
            ("Providers:Images:Kind", "openai"),
            ("Providers:Images:Url", provider.Url.ToString()),
            ("Providers:Images:Key", ProviderKey));
        var user = new ActorsClient(app.CreateDefaultClient(telltales.Handler()));
        await app.AdminAsync();

        var email = await UseAsync(app, user);
        await UseProviderAsync(user, new Uri(provider.Url, Hook));
        await Waiting.UntilAsync(() => Task.FromResult(provider.Requests.Any(IsHook)), TimeSpan.FromSeconds(20), () => "The webhook was not told.");
        Assert.All(provider.Requests.Where(request => !IsHook(request)), request => Assert.Equal($"Bearer {ProviderKey}", request.Authorization));

        await using var pool = NpgsqlDataSource.Create(database);
        await using var waiting = pool.CreateCommand("select count(*) from mail_outbox"); // until it is sent, a mail is as it will be
        await Waiting.UntilAsync(async () => await waiting.ExecuteScalarAsync() is 0L, TimeSpan.FromSeconds(20), () => "Mails were not sent.");
        var tables = await DatabaseText.ReadAsync(database);
        var places = new (string Name, List<string> Texts)[]
        {
            ("log", [.. telltales.Logs]),
            ("trace", [.. telltales.Traces]),
            ("metric", [.. telltales.Metrics, (await user.GetAsync("/metrics")).Text]),
            ("refusal", [.. telltales.Refusals]),
            ("table", [.. tables.Select(t => $"{t.Key}: {t.Value}")]),
        };

        // What is watched is seen at all.
        Assert.All(places, place => Assert.True(place.Texts.Count > 5, place.Name));
        Assert.Contains(email, tables["users"], StringComparison.Ordinal);
        Assert.All(
            ["Microsoft.AspNetCore", "Microsoft.Orleans", "Npgsql"],
            source => Assert.Contains(places[1].Texts, t => t.StartsWith(source, StringComparison.Ordinal)));
        Assert.Contains(places[0].Texts, t => t.StartsWith("Actors.", StringComparison.Ordinal));
        Assert.True(_secrets.Count >= 25, $"{_secrets.Count} secrets were used.");

        var found = from place in places
                    from text in place.Texts
                    from secret in _secrets
                    where IsIn(text, secret.Value)
                    select $"{secret.Key} in a {place.Name}: {Around(text, secret.Value)}";
        Assert.Empty(found.Distinct());
    }

    private async Task<string> UseAsync(ActorsApp app, ActorsClient user)
    {
        var email = $"{Guid.CreateVersion7():n}@example.org";
        Take(user, await PostAsync(user, "register", HttpStatusCode.Created, new { email, password = Password }), "registered");
        await UsePasswordsAsync(user, email);
        await UseCodesAsync(app, user, email);
        await UseSecondFactorAsync(user, email);
        await UseServiceAsync(app, user);
        await UseFilesAsync(app, user);
        await UseBadRequestsAsync(user, email);
        return email;
    }

    private static bool IsHook(ProviderRequest request) => request.Path == Hook;

    private static async Task UseProviderAsync(ActorsClient user, Uri receiver)
    {
        var secret = WebhookSecret;
        (await user.PostAsync("/api/v1/tasks", new { prompt = "p", webhook = new { url = "/hook", secret } })).Expect(HttpStatusCode.BadRequest);
        (await user.PostAsync("/api/v1/tasks", new { prompt = "p", webhook = new { url = receiver, secret = $"{secret} " } })).Expect(HttpStatusCode.BadRequest);
        var webhook = new { url = receiver, secret };
        var id = (await user.PostAsync("/api/v1/tasks", new { prompt = "p", webhook })).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString();
        await Waiting.UntilAsync(
            async () => (await user.GetAsync($"/api/v1/tasks/{id}")).Data.GetProperty("status").GetString() == "IMAGE_FAILED",
            TimeSpan.FromSeconds(60),
            () => "The provider's refusal ended no task.");
    }

    private async Task UsePasswordsAsync(ActorsClient user, string email)
    {
        Take(user, await PostAsync(user, "login", HttpStatusCode.OK, new { email, password = Password }, "login"), "logged in");
        await PostAsync(user, "login", HttpStatusCode.Unauthorized, new { email, password = WrongPassword }, "wrong");
        Take(user, await PostAsync(user, "refresh", HttpStatusCode.OK, new { refreshToken = user.RefreshToken }, "refresh"), "refreshed");
        await PostAsync(user, "refresh", HttpStatusCode.Unauthorized, new { refreshToken = user.RefreshToken + "x" });
        await PostAsync(user, "password", HttpStatusCode.Forbidden, new { currentPassword = WrongPassword, newPassword = NewPassword });
        Take(user, await PostAsync(user, "password", HttpStatusCode.OK, new { currentPassword = Password, newPassword = NewPassword }, "password"), "changed");
    }

    private async Task UseCodesAsync(ActorsApp app, ActorsClient user, string email)
    {
        for (var i = 0; i < 2; i++)
        {
            await PostAsync(user, "code", HttpStatusCode.Accepted, new { email }, $"code-{i}");
            var code = _secrets[$"code {i}"] = await Mailbox.Of(app).CodeAsync(email, i + 1);
            await PostAsync(user, "verify", HttpStatusCode.Unauthorized, new { email, code = Mailbox.Wrong(code) });
            Take(user, i == 0
                ? await PostAsync(user, "verify", HttpStatusCode.OK, new { email, code }, "verify")
                : await PostAsync(user, "password/reset", HttpStatusCode.OK, new { email, code, newPassword = Password }, "reset"), $"code-{i}");
        }
    }

    private async Task UseSecondFactorAsync(ActorsClient user, string email)
    {
        var enrolled = (await PostAsync(user, "two-factor/enrol", HttpStatusCode.OK, new { password = Password }, "enrol")).Data;
        var app = new Authenticator(enrolled);
        _secrets["totp secret"] = enrolled.GetProperty("secret").GetString()!;
        _secrets["totp secret in base64"] = Convert.ToBase64String(app.Secret);
        _secrets["totp secret in hex"] = Convert.ToHexStringLower(app.Secret);
        _secrets["totp secret as bytes"] = Encoding.Latin1.GetString(app.Secret);
        var codes = (await PostAsync(user, "two-factor/confirm", HttpStatusCode.OK, new { code = _secrets["first totp code"] = app.Next() }, "confirm")).Data.GetProperty("codes");
        foreach (var code in codes.EnumerateArray().Select(c => c.GetString()!))
        {
            (_secrets[$"recovery code {code}"], _secrets[$"plain recovery code {code}"]) = (code, code.Replace("-", "", StringComparison.Ordinal));
        }

        var refused = await PostAsync(user, "login", HttpStatusCode.Unauthorized, new { email, password = Password }, "challenged");
        var challenge = refused.Body.GetProperty("error").GetProperty("challenge").GetString()!;
        await PostAsync(user, "login/second-factor", HttpStatusCode.Unauthorized, new { challenge, code = app.Wrong() });
        await PostAsync(user, "login/second-factor", HttpStatusCode.Unauthorized, new { challenge = challenge + "x", code = app.Wrong() });
        Take(user, await PostAsync(user, "login/second-factor", HttpStatusCode.OK, new { challenge, code = _secrets["second totp code"] = app.Next() }, "second"), "second factor");
        Take(user, await PostAsync(user, "login/second-factor", HttpStatusCode.OK, new { challenge, code = codes[0].GetString() }, "recovery"), "recovered");
        await PostAsync(user, "two-factor/disable", HttpStatusCode.Forbidden, new { password = WrongPassword, code = codes[1].GetString() });
    }

    private async Task UseServiceAsync(ActorsApp app, ActorsClient user)
    {
        var clientSecret = _secrets["service's secret"] = await app.Services.GetRequiredService<ServiceClients>().AddAsync("canary") ?? throw new InvalidOperationException("There is one.");
        var token = (await PostAsync(user, "token", HttpStatusCode.OK, new { clientId = "canary", clientSecret }, "service")).Data.GetProperty("token").GetString()!;
        (_secrets["service's token"], _secrets["its signature"]) = (token, token.Split('.')[2]);
        await PostAsync(user, "token", HttpStatusCode.Unauthorized, new { clientId = "canary", clientSecret = _secrets["service's wrong secret"] = "canary-wrong-secret" });
    }

    // The signature of a URL is all that it takes to use it.
    private async Task UseFilesAsync(ActorsApp app, ActorsClient user)
    {
        using var http = app.CreateDefaultClient(_telltales!.Handler());
        var bytes = Files.Png(100);
        var ticket = (await user.AnnounceAsync(bytes, "file")).Expect(HttpStatusCode.Created).Data;
        _secrets["upload's signature"] = ticket.GetProperty("uploadUrl").GetString()!.Split("signature=")[1];
        (await Files.PutAsync(http, ticket, bytes)).EnsureSuccessStatusCode();
        using var again = await Files.PutAsync(http, ticket, bytes);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        var file = (await user.CompleteAsync(ticket.GetProperty("id").GetString()!)).Expect(HttpStatusCode.OK).Data;
        var url = file.GetProperty("url").GetString()!;
        _secrets["link's signature"] = url.Split("signature=")[1];
        (await Files.ReadAsync(http, url)).EnsureSuccessStatusCode();
        using var refused = await Files.ReadAsync(http, url.Replace("disposition=", "disposition=x", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private static async Task UseBadRequestsAsync(ActorsClient user, string email)
    {
        string[] bodies =
        [
            $$"""{"email":"{{email}}","password":{"x":"{{Password}}"} }""",
            $$"""{"email":"{{email}}","password":"{{Password}}"} {{Password}}""",
            $$"""{"email":"{{email}}","password":"{{Password}}","password":"{{Password}}"}""",
            $$"""{"email":"{{email}}","password":"{{new string('x', 100)}}{{Password}}"}""",
        ];
        foreach (var body in bodies)
        {
            Assert.InRange((int)(await user.SendTextAsync(HttpMethod.Post, "/api/v1/auth/register", body, "application/json")).Status, 400, 499);
        }

        (await user.GetAsync("/api/v1/auth/oauth/google/callback?code=canary-oauth-code&state=canary-oauth-state")).ExpectError(HttpStatusCode.BadRequest, "INVALID_OAUTH_STATE");
        var token = user.Token!;
        foreach (var forged in new[] { "canary-forged-token", $"{token[..token.LastIndexOf('.')]}.canary-forged-token" })
        {
            user.Token = forged;
            (await user.GetAsync("/api/v1/auth/me")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
        }

        user.Token = token;
        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
        (await user.GetAsync("/api/v1/users/me/export")).Expect(HttpStatusCode.OK);
    }

    private void Take(ActorsClient user, Answer session, string what)
    {
        user.Take(session);
        (_secrets[$"token, {what}"], _secrets[$"its signature, {what}"]) = (user.Token!, user.Token!.Split('.')[2]);
        (_secrets[$"refresh token, {what}"], _secrets[$"its proof, {what}"]) = (user.RefreshToken, user.RefreshToken.Split('.')[3]);
    }

    private static async Task<Answer> PostAsync(ActorsClient user, string path, HttpStatusCode status, object body, string? key = null) =>
        (await user.SendAsync(HttpMethod.Post, $"/api/v1/auth/{path}", body, key is null ? [] : [("Idempotency-Key", key)])).Expect(status);

    // Six digits are a word of their own: some number has them in it.
    private static bool IsIn(string text, string secret) => secret.Length > 6
        ? text.Contains(secret, StringComparison.Ordinal)
        : text.Contains(secret, StringComparison.Ordinal) && Regex.IsMatch(text, $@"(?<![\w+/.-]){secret}(?![\w+/-])", RegexOptions.None, TimeSpan.FromSeconds(5));

    private static string Around(string text, string secret)
    {
        var at = text.IndexOf(secret, StringComparison.Ordinal);
        return text[Math.Max(0, at - 100)..Math.Min(text.Length, at + secret.Length + 20)];
    }

    /// <summary>With its ears open: everything of ours, and of the rest what the settings let through.</summary>
    private sealed class WatchedApp(Telltales telltales, string database, params (string, string)[] settings) : ActorsApp(database, settings)
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureLogging(logging => logging.AddProvider(telltales).AddFilter<Telltales>("Actors", LogLevel.Trace));
        }
    }
}
