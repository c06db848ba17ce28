using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Actors.Jobs;
using Microsoft.Extensions.Logging;

namespace Actors.Providers;

/// <summary>A provider over HTTP.</summary>
/// <param name="Name">Its name in jobs.</param>
/// <param name="Url">Where it is.</param>
/// <param name="Key">The key of our account there.</param>
/// <param name="Timeout">Limit for one request with its answer.</param>
internal sealed record ProviderEndpoint(string Name, Uri Url, string? Key, TimeSpan Timeout)
{
    /// <summary>A place below <see cref="Url"/>.</summary>
    public Uri At(string path) => new($"{Url.AbsoluteUri.TrimEnd('/')}/{path}");
}

/// <summary>
/// Asks a provider. Whatever goes wrong is a <see cref="JobFailedException"/> that says whether it may pass, without a word of the provider's: those are
/// not for users, and might repeat what was sent.
/// </summary>
internal sealed partial class ProviderHttp(ProviderEndpoint endpoint, IHttpClientFactory clients, TimeProvider time, ILogger<ProviderHttp> logger)
{
    /// <summary>The client for the provider itself.</summary>
    public const string Api = "provider";

    /// <summary>The client for files that lie elsewhere; it reaches public addresses alone.</summary>
    public const string Elsewhere = "provider-files";

    private const int MaxRefusal = 64 * 1024;
    private const int MaxRedirects = 3;
    private const int BufferBytes = 128 * 1024;

    /// <summary>Sends a request with the key; what the answer says.</summary>
    /// <param name="method">How.</param>
    /// <param name="url">Where.</param>
    /// <param name="body">JSON, if any; whoever calls disposes of it.</param>
    /// <param name="most">Most bytes of the answer.</param>
    /// <param name="type">How it is read.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<T> AskAsync<T>(HttpMethod method, Uri url, HttpContent? body, int most, JsonTypeInfo<T> type, CancellationToken cancellationToken) => WithinAsync(
        async limited =>
        {
            using var answer = await SendAsync(method, url, body, limited);
            var bytes = await ReadAsync(answer.Content, most, limited);
            try
            {
                return JsonSerializer.Deserialize(bytes, type) ?? throw Invalid();
            }
            catch (JsonException fault)
            {
                throw Invalid(fault);
            }
        },
        cancellationToken);

    /// <summary>Sends a request with the key; only that it went well counts.</summary>
    public Task<bool> TellAsync(HttpMethod method, Uri url, CancellationToken cancellationToken) => WithinAsync(
        async limited =>
        {
            using var answer = await SendAsync(method, url, body: null, limited);
            return true;
        },
        cancellationToken);

    /// <summary>
    /// Fetches a file that the provider's answer names, without the key: from the provider's own host, or by HTTPS from a public address. Redirects
    /// must lead to such a place too.
    /// </summary>
    public Task<byte[]> DownloadAsync(string url, int most, CancellationToken cancellationToken) => WithinAsync(
        async limited =>
        {
            var place = Uri.TryCreate(url, UriKind.Absolute, out var first) ? first : throw Invalid();
            for (var hop = 0; hop <= MaxRedirects; hop++)
            {
                using var client = ClientFor(place);
                using var answer = await client.GetAsync(place, HttpCompletionOption.ResponseHeadersRead, limited);
                if (answer.Headers.Location is not { } next || (int)answer.StatusCode is < 300 or > 399)
                {
                    return answer.IsSuccessStatusCode ? await ReadAsync(answer.Content, most, limited) : throw await RefusedAsync(answer, limited);
                }

                place = new Uri(place, next);
            }

            throw Failed("PROVIDER_ANSWER_INVALID", "The provider's file is led to in a circle.");
        },
        cancellationToken);

    private HttpClient ClientFor(Uri place)
    {
        if (Uri.Compare(place, endpoint.Url, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0)
        {
            return clients.CreateClient(Api);
        }

        return place.Scheme == Uri.UriSchemeHttps ? clients.CreateClient(Elsewhere) : throw Unsafe();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri url, HttpContent? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, url) { Content = body };
        request.Headers.Authorization = string.IsNullOrEmpty(endpoint.Key) ? null : new AuthenticationHeaderValue("Bearer", endpoint.Key);
        using var client = clients.CreateClient(Api);
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            throw await RefusedAsync(answer, cancellationToken);
        }
    }

    private async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(endpoint.Timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await action(limit.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Failed("PROVIDER_TIMEOUT", "The provider took too long.");
        }
        catch (HttpRequestException failure) when (failure.InnerException is NotPublicException)
        {
            throw Unsafe();
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            LogUnreachable(endpoint.Name, failure.Message);
            throw Failed("PROVIDER_UNREACHABLE", "The provider could not be reached.", cause: failure);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, int most, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var bytes = new MemoryStream();
        var buffer = new byte[BufferBytes];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (bytes.Length + read > most)
            {
                throw Failed("PROVIDER_ANSWER_TOO_LARGE", $"The provider's answer has more than {most} bytes.", mayPass: false);
            }

            bytes.Write(buffer, 0, read);
        }

        return bytes.ToArray();
    }

    private async Task<JobFailedException> RefusedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        LogRefused(endpoint.Name, status);
        return answer.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => Failed("PROVIDER_BUSY", "The provider has too much to do.", retryAfter: RetryAfter.Of(answer, time)),
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError =>
                Failed("PROVIDER_FAILED", $"The provider failed ({status}).", retryAfter: RetryAfter.Of(answer, time)),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.PaymentRequired =>
                Failed("PROVIDER_ACCOUNT_REFUSED", $"The provider refuses our account ({status}).", mayPass: false),
            _ when await IsAboutContentAsync(answer.Content, cancellationToken) =>
                Failed("CONTENT_REFUSED", "The provider does not make this: it is against its content policy.", mayPass: false),
            _ => Failed("PROVIDER_REFUSED", $"The provider refuses the request ({status}).", mayPass: false),
        };
    }

    // {"error":{"code":"moderation_blocked","type":"image_generation_user_error"}}; "content_policy_violation" before.
    private static async Task<bool> IsAboutContentAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            var refusal = JsonSerializer.Deserialize(await ReadAsync(content, MaxRefusal, cancellationToken), ProviderJson.Default.Refusal);
            return refusal?.Error?.Code is "moderation_blocked" or "content_policy_violation";
        }
        catch (Exception unread) when (unread is JsonException or JobFailedException)
        {
            return false;
        }
    }

    private static JobFailedException Unsafe() =>
        Failed("PROVIDER_ANSWER_INVALID", "The provider names a file that is not at itself, nor at a public address by HTTPS.", mayPass: false);

    private static JobFailedException Invalid(Exception? cause = null) =>
        Failed("PROVIDER_ANSWER_INVALID", "The provider's answer is none that is known.", cause: cause);

    private static JobFailedException Failed(string code, string message, bool mayPass = true, TimeSpan? retryAfter = null, Exception? cause = null) =>
        new(new JobFailure(code, message, mayPass, retryAfter), cause);

    [LoggerMessage(LogLevel.Warning, "The provider {Provider} answered {Status}")]
    private partial void LogRefused(string provider, int status);

    [LoggerMessage(LogLevel.Warning, "The provider {Provider} could not be reached: {Reason}")]
    private partial void LogUnreachable(string provider, string reason);
}
