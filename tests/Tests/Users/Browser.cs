using System.Net;
using System.Text;
using System.Text.Json;
using Actors.Infrastructure;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Actors.Users;

/// <summary>A browser that signs in: it keeps cookies, and follows redirects one by one.</summary>
internal sealed class Browser : IDisposable
{
    private readonly HttpClient _actors;
    private readonly HttpClient _elsewhere = new(new HttpClientHandler { AllowAutoRedirect = false });

    public Browser(ActorsApp app)
    {
        _actors = app.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false, HandleCookies = true });
        Client = new ActorsClient(_actors);
    }

    /// <summary>What it does in Actors.</summary>
    public ActorsClient Client { get; }

    /// <summary>Who a provider takes it for.</summary>
    public static string Hint(string subject, string email, bool isVerified = true) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { sub = subject, email, verified = isVerified })))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>Begins to sign in; the provider's address.</summary>
    public async Task<Uri> BeginAsync(string provider, string? returnUrl = null)
    {
        var query = returnUrl is null ? "" : $"?returnUrl={Uri.EscapeDataString(returnUrl)}";
        return (await Client.GetAsync($"/api/v1/auth/oauth/{provider}{query}")).Expect(HttpStatusCode.Redirect).Message.Headers.Location!;
    }

    /// <summary>Agrees at the provider; the callback's path with its query.</summary>
    public async Task<string> AgreeAsync(Uri authorize, string hint)
    {
        var next = new Uri($"{authorize}&login_hint={hint}");
        while (next.IsLoopback && !next.AbsolutePath.EndsWith("/callback", StringComparison.Ordinal))
        {
            using var answer = await _elsewhere.GetAsync(next);
            var location = answer.Headers.Location
                ?? throw new InvalidOperationException($"{next.AbsolutePath}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            next = location.IsAbsoluteUri ? location : new Uri(next, location);
        }

        return next.PathAndQuery;
    }

    /// <summary>Comes back to Actors.</summary>
    public Task<Answer> ReturnAsync(string callback) => Client.GetAsync(callback);

    /// <summary>All of it; where it ends.</summary>
    public async Task<Uri> SignInAsync(string provider, string hint, string? returnUrl = null)
    {
        var answer = await ReturnAsync(await AgreeAsync(await BeginAsync(provider, returnUrl), hint));
        return answer.Expect(HttpStatusCode.Redirect).Message.Headers.Location!;
    }

    public void Dispose() => _elsewhere.Dispose();
}
