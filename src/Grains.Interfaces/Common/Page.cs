using System.Collections.Immutable;

namespace Actors;

/// <summary>One page of a list.</summary>
/// <param name="Items">The rows, in the asked order.</param>
/// <param name="NextCursor">Opaque; gives the rows after these. Null at the end.</param>
/// <param name="Total">How many rows the whole list has; null when paging by cursor.</param>
[GenerateSerializer, Immutable, Alias("page`1")]
public sealed record Page<T>(
    [property: Id(0)] ImmutableArray<T> Items,
    [property: Id(1)] string? NextCursor = null,
    [property: Id(2)] long? Total = null);

/// <summary>Limits of every list.</summary>
public static class PageLimits
{
    /// <summary>Rows of a page when the caller names no number (001-173).</summary>
    public const int DefaultSize = 20;

    /// <summary>Most rows of a page.</summary>
    public const int MaxSize = 100;

    /// <summary>Deepest row that page numbers reach; further on, use the cursor.</summary>
    public const int MaxOffset = 10_000;
}
