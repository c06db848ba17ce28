using System.Collections.Concurrent;
using System.Net;

namespace Actors.Http;

/// <summary>Holds every JSON answer that passes through against the description, and remembers which routes served.</summary>
public sealed class DescriptionCheck(ApiDescription description) : DelegatingHandler
{
    public ConcurrentBag<string> Problems { get; } = [];

    /// <summary>The routes that answered with success, or led to where it is.</summary>
    public ConcurrentBag<string> Served { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        var route = description.RouteOf(request.Method, request.RequestUri!.AbsolutePath);
        if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.Found)
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
