namespace Actors.Infrastructure.Http;

/// <summary>
/// Marks a route that is found by signed URLs alone: whoever has one was let in when he got it, and it says what he may send. So there is no token, no
/// limit of requests, and no rule for the body.
/// </summary>
internal sealed record SignedUrl
{
    /// <summary>Whether the request goes to such a route.</summary>
    public static bool Leads(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<SignedUrl>() is not null;
}
