using System.Collections.Immutable;

namespace Actors;

/// <summary>What went wrong, as a class of answer. The HTTP status of each value stands beside it.</summary>
public enum ErrorKind
{
    /// <summary>The input has a wrong shape or breaks a limit (400).</summary>
    Invalid = 0,

    /// <summary>No identity, or one that does not hold (401).</summary>
    Unauthenticated = 1,

    /// <summary>Known caller, not allowed (403).</summary>
    Forbidden = 2,

    /// <summary>No such thing, or none the caller may know of (404).</summary>
    NotFound = 3,

    /// <summary>The present state does not allow it, or a unique value is taken (409).</summary>
    Conflict = 4,

    /// <summary>The caller's version is not the present one (412).</summary>
    Stale = 5,

    /// <summary>Well-formed, but a rule of the domain refuses it (422).</summary>
    Rule = 6,

    /// <summary>Too many requests; try again after a while (429).</summary>
    TooMany = 7,

    /// <summary>
    /// Not done for certain, or outcome unknown: retry, with the same idempotency key (503).
    /// </summary>
    Unavailable = 8,
}

/// <summary>One field of the input and what is wrong with it.</summary>
/// <param name="Field">The field's path in the request, camelCase, e.g. <c>steps[2].stepCode</c>.</param>
/// <param name="Message">What is wrong, in English.</param>
[GenerateSerializer, Immutable, Alias("error-detail")]
public sealed record ErrorDetail([property: Id(0)] string Field, [property: Id(1)] string Message);

/// <summary>The only exception that crosses a grain boundary.</summary>
[GenerateSerializer, Alias("app-exception")]
public sealed class AppException : Exception
{
    /// <summary>An error of <paramref name="kind"/> with a stable code.</summary>
    /// <param name="kind">The class of the error.</param>
    /// <param name="code">A stable UPPER_SNAKE code, e.g. <c>WORK_ORDER_CLOSED</c> (001-175).</param>
    /// <param name="message">One English sentence for a person.</param>
    /// <param name="details">The fields at fault, if the input is.</param>
    public AppException(ErrorKind kind, string code, string message, ImmutableArray<ErrorDetail> details = default)
        : base(message)
    {
        Kind = kind;
        Code = code;
        Details = details.IsDefault ? [] : details;
    }

    /// <summary>The class of the error.</summary>
    [Id(0)]
    public ErrorKind Kind { get; private set; }

    /// <summary>A stable UPPER_SNAKE code.</summary>
    [Id(1)]
    public string Code { get; private set; }

    /// <summary>The fields at fault; empty if none is.</summary>
    [Id(2)]
    public ImmutableArray<ErrorDetail> Details { get; private set; }

    /// <summary>When it may fare better; null if that is not known.</summary>
    [Id(3)]
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>What a further proof must bring along; null if none is wanted.</summary>
    [Id(4)]
    public string? Challenge { get; set; }
}
