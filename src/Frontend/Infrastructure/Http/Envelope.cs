using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Actors.Infrastructure.Http;

/// <summary>Every good answer (001-171, 001-172).</summary>
/// <typeparam name="T">What is answered.</typeparam>
internal sealed record Envelope<T> where T : notnull
{
    /// <summary>Always true.</summary>
    public bool Success { get; } = true;

    /// <summary>What was asked for.</summary>
    public required T Data { get; init; }

    /// <summary>Where a page stands in its list; only with lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Meta? Meta { get; init; }
}

/// <summary>Where a page stands in its list (001-173).</summary>
internal sealed record Meta
{
    /// <summary>One-based number of the page, when paging by number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Page { get; init; }

    /// <summary>Most rows that the page may have.</summary>
    public int Limit { get; init; }

    /// <summary>Rows of the whole list, when paging by number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Total { get; init; }

    /// <summary>Gives the rows after these; absent at the end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NextCursor { get; init; }
}

/// <summary>Every refusal (001-174).</summary>
internal sealed record Failure
{
    /// <summary>Always false.</summary>
    public bool Success { get; }

    /// <summary>What went wrong.</summary>
    public required Error Error { get; init; }
}

/// <summary>What went wrong.</summary>
/// <param name="Code">Stable, UPPER_SNAKE.</param>
/// <param name="Message">One English sentence for a person.</param>
/// <param name="Details">The fields at fault; empty if none is.</param>
internal sealed record Error(string Code, string Message, ImmutableArray<ErrorDetail> Details)
{
    /// <summary>What a further proof must bring along; only if one is wanted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Challenge { get; init; }
}

/// <summary>Says that something is gone.</summary>
/// <param name="Id">What was deleted.</param>
internal sealed record Deleted(string Id);
