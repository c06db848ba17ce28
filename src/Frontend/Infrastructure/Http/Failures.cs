using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;

namespace Actors.Infrastructure.Http;

/// <summary>Turns every exception of a request into the error envelope; none ends as 500 or as a stack trace.</summary>
internal sealed partial class Failures(ILogger<Failures> logger) : IExceptionHandler
{
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        StandardHeaders.Set(httpContext); // the framework has cleared them
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = ClientClosedRequest;
            return true;
        }

        var (status, error) = exception switch
        {
            AppException known => (StatusOf(known.Kind), new Error(known.Code, known.Message, known.Details) { Challenge = known.Challenge }),
            BadHttpRequestException { InnerException: JsonException json } => (400, JsonErrors.Describe(json)),
            JsonException json => (400, JsonErrors.Describe(json)),
            BadHttpRequestException { StatusCode: 400 } bad => (400, BadRequest(httpContext, bad)),
            BadHttpRequestException bad => (bad.StatusCode, StatusErrors.Of(bad.StatusCode)),
            IOException => (400, StatusErrors.Of(400)), // the body broke off
            OrleansException or TimeoutException or OperationCanceledException => (503, Unreachable(httpContext, exception)),
            _ => (503, Unexpected(httpContext, exception)),
        };
        if (exception is AppException { RetryAfter: { } retryAfter })
        {
            httpContext.Response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        await Write(httpContext, status, error);
        return true;
    }

    /// <summary>Writes the envelope with the headers that its status asks for.</summary>
    public static Task Write(HttpContext context, int status, Error error)
    {
        var response = context.Response;
        response.StatusCode = status;
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = response.Headers.RetryAfter.Count > 0 ? response.Headers.RetryAfter : "1";
        }
        else if (status == StatusCodes.Status401Unauthorized && response.Headers.WWWAuthenticate.Count == 0)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        return response.WriteAsJsonAsync(new Failure { Error = error }, context.RequestAborted);
    }

    /// <summary>The status of each kind of error.</summary>
    public static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Invalid => StatusCodes.Status400BadRequest,
        ErrorKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Conflict => StatusCodes.Status409Conflict,
        ErrorKind.Stale => StatusCodes.Status412PreconditionFailed,
        ErrorKind.Rule => StatusCodes.Status422UnprocessableEntity,
        ErrorKind.TooMany => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status503ServiceUnavailable,
    };

    // The framework's own texts name parameters and types of the program; the caller only knows body, path and query.
    private static Error BadRequest(HttpContext context, BadHttpRequestException exception) =>
        context.Request.ContentLength is null or 0 || exception.Message.StartsWith("Implicit body", StringComparison.Ordinal)
            ? new Error(JsonErrors.InvalidJson, "A JSON object is wanted as the body.", [])
            : StatusErrors.Of(StatusCodes.Status400BadRequest);

    private Error Unreachable(HttpContext context, Exception exception)
    {
        LogUnreachable(exception, context.TraceIdentifier);
        return Unavailable("The system cannot answer at the moment", context);
    }

    private Error Unexpected(HttpContext context, Exception exception)
    {
        LogUnexpected(exception, context.TraceIdentifier);
        return Unavailable("Something went wrong on our side", context);
    }

    private static Error Unavailable(string what, HttpContext context) =>
        new(Errors.UnavailableCode, $"{what}; try again with the same idempotency key. Reference: {context.TraceIdentifier}.", []);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cluster did not answer request {RequestId}")]
    private partial void LogUnreachable(Exception exception, string requestId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed unexpectedly")]
    private partial void LogUnexpected(Exception exception, string requestId);
}

/// <summary>The errors that the framework tells by a status alone.</summary>
internal static class StatusErrors
{
    /// <summary>The error for a status.</summary>
    public static Error Of(int status) => status switch
    {
        400 => new("BAD_REQUEST", "The request is malformed.", []),
        401 => new("UNAUTHENTICATED", "Unauthorized", []),
        403 => new("FORBIDDEN", "Not allowed.", []),
        404 => new("NOT_FOUND", "There is nothing at this address.", []),
        405 => new("METHOD_NOT_ALLOWED", "This address does not know the method; see the Allow header.", []),
        408 => new("REQUEST_TIMEOUT", "The request did not arrive in time.", []),
        413 => new("PAYLOAD_TOO_LARGE", $"The body is larger than {BodyRules.MaxBytes} bytes.", []),
        415 => new("UNSUPPORTED_MEDIA_TYPE", "The body must be application/json in UTF-8.", []),
        426 => new("UPGRADE_REQUIRED", "This address speaks WebSocket only.", []),
        429 => new("TOO_MANY_REQUESTS", "Too many requests at once; try again in a moment.", []),
        503 => new(Errors.UnavailableCode, "Not available at the moment; try again.", []),
        _ => new("BAD_REQUEST", "The request cannot be answered.", []),
    };
}

/// <summary>What is wrong with a body, in the caller's words.</summary>
internal static class JsonErrors
{
    /// <summary>Code of a body that is no JSON or has a value of a wrong type.</summary>
    public const string InvalidJson = "INVALID_JSON";

    /// <summary>The error for what the serializer says.</summary>
    public static Error Describe(JsonException exception)
    {
        var field = FieldOf(exception.Path);
        var details = ImmutableArray.Create(new ErrorDetail(field, "Has a wrong type, is out of range or is broken text."));
        return exception switch
        {
            Json.WireException => new(
                Errors.ValidationFailed, "The request has invalid fields.", [new ErrorDetail(field, exception.Message)]),
            _ when Says("The JSON property") => new(
                "UNKNOWN_FIELD", $"There is no field '{field}'.", [new ErrorDetail(field, "Is not known.")]),
            _ when Says("Duplicate property") => new(
                InvalidJson, $"The field '{field}' is given twice.", [new ErrorDetail(field, "Is given twice.")]),
            { InnerException: JsonException } => new(InvalidJson, $"The body is not valid JSON{Near(exception)}.", []),
            _ when field.Length == 0 => new(InvalidJson, "A JSON object is wanted as the body.", []),
            _ => new(InvalidJson, $"The value of '{field}' has a wrong type, is out of range or is broken text.", details),
        };

        bool Says(string start) => exception.Message.StartsWith(start, StringComparison.Ordinal);
    }

    // "$.steps[0].stepCode" -> "steps[0].stepCode"
    private static string FieldOf(string? path) => path is null ? "" : path.TrimStart('$').TrimStart('.');

    private static string Near(JsonException exception) => exception.LineNumber is { } line
        ? $" (line {line + 1}, byte {exception.BytePositionInLine})"
        : "";
}
