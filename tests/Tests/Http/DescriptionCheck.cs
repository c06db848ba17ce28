using System.Collections.Concurrent;

namespace Actors.Http;

/// <summary>Holds every JSON answer that passes through against the description, and remembers which routes served.</summary>
public sealed class DescriptionCheck(ApiDescription description) : DelegatingHandler
{
    public ConcurrentBag<string> Problems { get; } = [];

    /// <summary>The routes that answered with success.</summary>
    public ConcurrentBag<string> Served { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        var route = description.RouteOf(request.Method, request.RequestUri!.AbsolutePath);
        if (answer.IsSuccessStatusCode)
        {
            Served.Add(route);
        }

        if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream") // a feed has no end to wait for
        {
            foreach (var problem in description.Problems(route, answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken)))
            {
                Problems.Add(problem);
            }
        }

        return answer;
    }
}
