using System.Globalization;
using System.Net;
using System.Text;
using Actors.Jobs;
using Microsoft.Extensions.Options;

namespace Actors.Webhooks;

/// <summary>Tells one event: a signed POST, answered with any 2xx. Of the answer only status and <c>Retry-After</c> are read.</summary>
internal sealed class WebhookHandler(IHttpClientFactory clients, IOptions<WebhookSenderOptions> options, TimeProvider time) : IJobHandler
{
    /// <summary>Name of the client.</summary>
    public const string Client = "webhook";

    public string Queue => WebhookQueues.Deliveries;

    public async Task<string> RunAsync(JobLease lease, Func<int, string?, string?, Task> report, CancellationToken cancellationToken)
    {
        var work = lease.Work(WebhookWorkJson.Default.WebhookWork);
        using var timeout = new CancellationTokenSource(options.Value.Timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var request = RequestOf(work);
            using var client = clients.CreateClient(Client);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return answer.IsSuccessStatusCode ? "" : throw RefusedBy(answer);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Failed("WEBHOOK_TIMEOUT", "The receiver took too long.");
        }
        catch (HttpRequestException failure) when (failure.InnerException is NotPublicException)
        {
            throw Failed("WEBHOOK_ADDRESS_REFUSED", "The receiver has an address that is not public.", mayPass: false);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw Failed("WEBHOOK_UNREACHABLE", "The receiver could not be reached.", cause: failure);
        }
    }

    // Standard Webhooks, https://www.standardwebhooks.com
    private static HttpRequestMessage RequestOf(WebhookWork work) => new(HttpMethod.Post, work.Url)
    {
        Content = new StringContent(work.Body, Encoding.UTF8, "application/json"),
        Headers =
        {
            { "webhook-id", work.Id },
            { "webhook-timestamp", work.Timestamp.ToString(CultureInfo.InvariantCulture) },
            { "webhook-signature", work.Signature },
            { "User-Agent", "Actors-Webhooks/1" },
        },
    };

    private JobFailedException RefusedBy(HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        return answer.StatusCode switch
        {
            HttpStatusCode.Gone => Failed("WEBHOOK_GONE", "The receiver wants nothing more (410).", mayPass: false),
            >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest => Failed("WEBHOOK_REDIRECTED", $"The receiver redirects ({status}), which is not followed."),
            _ => Failed("WEBHOOK_REFUSED", $"The receiver answered {status}.", retryAfter: RetryAfter.Of(answer, time)),
        };
    }

    private static JobFailedException Failed(string code, string message, bool mayPass = true, TimeSpan? retryAfter = null, Exception? cause = null) =>
        new(new JobFailure(code, message, mayPass, retryAfter), cause);
}
