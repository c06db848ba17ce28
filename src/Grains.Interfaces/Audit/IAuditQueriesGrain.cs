namespace Actors.Audit;

/// <summary>Reads the audit log. For those who may see it. Stateless: every key asked for gives the same.</summary>
[Alias("audit-queries")]
public interface IAuditQueriesGrain : IGrainWithIntegerKey
{
    /// <summary>The entries that match, the newest first.</summary>
    [Alias("list")]
    Task<Page<AuditEntry>> List(ListAudit query, CancellationToken cancellationToken);
}

/// <summary>Which entries are wanted; what is null does not matter.</summary>
[GenerateSerializer, Immutable, Alias("list-audit")]
public sealed record ListAudit
{
    /// <summary>Who did it, himself or as somebody else.</summary>
    [Id(0)] public string? Actor { get; init; }

    /// <summary>The kind of thing.</summary>
    [Id(1)] public string? EntityType { get; init; }

    /// <summary>Which one; only with <see cref="EntityType"/>.</summary>
    [Id(2)] public string? EntityId { get; init; }

    /// <summary>What was done.</summary>
    [Id(3)] public string? Action { get; init; }

    /// <summary>Not before.</summary>
    [Id(4)] public DateTimeOffset? From { get; init; }

    /// <summary>Before.</summary>
    [Id(5)] public DateTimeOffset? To { get; init; }

    /// <summary>The <see cref="Page{T}.NextCursor"/> of the page before.</summary>
    [Id(6)] public string? Cursor { get; init; }

    /// <summary>1 to <see cref="PageLimits.MaxSize"/>.</summary>
    [Id(7)] public int Limit { get; init; } = PageLimits.DefaultSize;
}

/// <summary>Limits of the audit log.</summary>
public static class AuditLimits
{
    /// <summary>Characters of an action.</summary>
    public const int Action = 100;

    /// <summary>Characters of a kind of thing.</summary>
    public const int EntityType = 50;

    /// <summary>Characters of a cursor.</summary>
    public const int Cursor = 1_024;
}
