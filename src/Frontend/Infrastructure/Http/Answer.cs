using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Actors.WorkOrders;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace Actors.Infrastructure.Http;

/// <summary>200 with the envelope; 304 when the caller has that version already.</summary>
/// <param name="data">What is answered.</param>
/// <param name="version">Its version, if it has one.</param>
/// <param name="meta">Where a page stands in its list.</param>
/// <param name="passes">Whether parts of it hold for a while only, e.g. signed URLs: then who has the version gets it all the same.</param>
internal sealed class Answer<T>(T data, long? version = null, Meta? meta = null, bool passes = false) : IResult, IEndpointMetadataProvider
    where T : notnull
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(Envelope<T>), [MediaTypes.Json]));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (version is { } present)
        {
            httpContext.Response.Headers.ETag = EntityTags.Of(present);
            if (!passes && HttpMethods.IsGet(httpContext.Request.Method) && EntityTags.IsKnown(httpContext.Request, present))
            {
                httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            if (!passes && HttpMethods.IsGet(httpContext.Request.Method) && httpContext.RequestServices.GetService<WrittenAnswers>() is { } written)
            {
                httpContext.Response.ContentType = MediaTypes.JsonInUtf8;
                var json = written.Of(data);
                httpContext.Response.ContentLength = json.Length;
                return httpContext.Response.Body.WriteAsync(json, httpContext.RequestAborted).AsTask();
            }
        }

        return httpContext.Response.WriteAsJsonAsync(new Envelope<T> { Data = data, Meta = meta }, httpContext.RequestAborted);
    }
}

/// <summary>201 with the envelope and where the new thing is, if it has an address: a path under <see cref="Api.Prefix"/>.</summary>
internal sealed class Created<T>(T data, string? path, long? version = null) : IResult, IEndpointMetadataProvider
    where T : notnull
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status201Created, typeof(Envelope<T>), [MediaTypes.Json]));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = StatusCodes.Status201Created;
        if (path is not null)
        {
            response.Headers.Location = httpContext.Request.PathBase + Api.Prefix + path;
        }

        if (version is { } present)
        {
            response.Headers.ETag = EntityTags.Of(present);
        }

        return response.WriteAsJsonAsync(new Envelope<T> { Data = data }, httpContext.RequestAborted);
    }
}

/// <summary>202 and nothing more: what was asked for happens afterwards, or not at all, and the answer does not tell which.</summary>
internal sealed class Accepted : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status202Accepted, typeof(void), []));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }
}

/// <summary>302, for browsers, and nothing that is kept on the way.</summary>
internal sealed class Redirected(string url) : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status302Found, typeof(void), []));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        httpContext.Response.Headers["Referrer-Policy"] = "no-referrer";
        httpContext.Response.Redirect(url);
        return Task.CompletedTask;
    }
}

/// <summary>Makers of answers, so that handlers need no type arguments.</summary>
internal static class Answers
{
    /// <summary>Something without a version.</summary>
    public static Answer<T> Ok<T>(T data) where T : notnull => new(data);

    /// <summary>A work order; its version is its ETag.</summary>
    public static Answer<WorkOrder> Of(WorkOrder order) => new(order, order.Version);

    /// <summary>The rows after a cursor.</summary>
    public static Answer<ImmutableArray<T>> Rows<T>(Page<T> page, int limit) =>
        new(page.Items, meta: new Meta { Limit = limit, NextCursor = page.NextCursor });

    /// <summary>A numbered page.</summary>
    public static Answer<ImmutableArray<T>> Numbered<T>(Page<T> page, int number, int limit) =>
        new(page.Items, meta: new Meta { Page = number, Limit = limit, Total = page.Total, NextCursor = page.NextCursor });
}

/// <summary>Versions as ETags: version 7 is <c>"7"</c>.</summary>
internal static class EntityTags
{
    /// <summary>The ETag of a version.</summary>
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>Whether <c>If-None-Match</c> names the version; what is no ETag names none (RFC 9110, 13.1.2).</summary>
    public static bool IsKnown(HttpRequest request, long version)
    {
        if (request.Headers.IfNoneMatch.Count == 0
            || !EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known))
        {
            return false;
        }

        var present = new EntityTagHeaderValue(Of(version));
        return known.Any(tag => tag.Tag == "*" || tag.Compare(present, useStrongComparison: false));
    }
}

/// <summary>Content types.</summary>
internal static class MediaTypes
{
    /// <summary>JSON.</summary>
    public const string Json = "application/json";

    /// <summary>JSON, as answers say it.</summary>
    public const string JsonInUtf8 = "application/json; charset=utf-8";
}
