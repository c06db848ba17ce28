using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Actors.Users;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Actors.WorkOrders;

/// <summary>
/// The changes of one order as server-sent events. Every event's id is the order's version: a client that comes back with
/// <c>Last-Event-ID</c> misses nothing. The stream ends when the client leaves, the token ends or this process stops.
/// </summary>
/// <param name="order">The order, which the caller may see.</param>
/// <param name="after">The version that the client has.</param>
internal sealed partial class WorkOrderFeed(IWorkOrderGrain order, long after) : IResult, IEndpointMetadataProvider
{
    private const int ChangesAtOnce = 100;
    // Shorter than a call may take (Cluster:ResponseTimeout): a killed silo is noticed by the silence after it.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(ChangeEvent), ["text/event-stream"]));

    /// <summary>The version to resume after: the header that browsers send, or the parameter for the first connection.</summary>
    public static long? ReadLastEventId(HttpRequest request, string? parameter)
    {
        var text = request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : parameter;
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw Errors.Invalid("lastEventId", "Must be the id of an earlier event.");
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        httpContext.Response.ContentType = "text/event-stream";
        httpContext.Response.Headers.CacheControl = "no-store";
        httpContext.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await Run(httpContext, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The ordinary end of a stream.
        }
        catch (Exception failure) when (failure is AppException or OrleansException or TimeoutException or IOException)
        {
            // The answer has begun, so there is no envelope: the client comes back, and is told then.
            var logger = services.GetRequiredService<ILogger<WorkOrderFeed>>();
            LogCut(logger, failure, httpContext.TraceIdentifier);
        }
    }

    private async Task Run(HttpContext context, CancellationToken end)
    {
        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        var json = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var tokenEnd = (context.User.Identity as CallerIdentity)?.ExpiresAt ?? DateTimeOffset.MaxValue;
        var output = context.Response.BodyWriter;
        var version = after;
        await Write(output, ": connected\n\n", end);
        var lastWrite = time.GetTimestamp();
        while (time.GetUtcNow() < tokenEnd)
        {
            var silence = time.GetElapsedTime(lastWrite);
            if (silence >= Heartbeat)
            {
                await Write(output, ": heartbeat\n\n", end);
                lastWrite = time.GetTimestamp();
                silence = TimeSpan.Zero;
            }

            var changes = await order.Changes(version, ChangesAtOnce, Min(LongestWait, Heartbeat - silence), end);
            foreach (var change in changes.Items)
            {
                WriteEvent(output, change, json);
                version = change.Version;
                lastWrite = time.GetTimestamp();
            }

            await output.FlushAsync(end);
        }
    }

    // id: 7
    // event: progress.reported
    // data: {"topic":"work-orders/…","version":7,…}
    private static void WriteEvent(PipeWriter output, ChangeEvent change, JsonSerializerOptions json)
    {
        var data = JsonSerializer.SerializeToUtf8Bytes(change, json);

        // A line break ends a frame. In JSON it can only be white space, from text that was stored as it came.
        data.AsSpan().Replace((byte)'\n', (byte)' ');
        data.AsSpan().Replace((byte)'\r', (byte)' ');
        Encoding.UTF8.GetBytes($"id: {change.Version}\nevent: {change.Kind}\ndata: ", output);
        output.Write(data);
        output.Write("\n\n"u8);
    }

    private static async Task Write(PipeWriter output, string text, CancellationToken end) =>
        await output.WriteAsync(Encoding.UTF8.GetBytes(text), end);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    [LoggerMessage(Level = LogLevel.Information, Message = "Change feed of request {RequestId} was cut short")]
    private static partial void LogCut(ILogger logger, Exception failure, string requestId);
}
