using System.Collections.Immutable;

namespace Actors.Users;

/// <summary>Reads out what a user owns and made, for himself alone. Key: the user's id. Stateless.</summary>
[Alias("user-export-grain")]
public interface IUserExportGrain : IGrainWithStringKey
{
    /// <summary>Most exports of a user within an hour; beyond it 429.</summary>
    const int PerHour = 10;

    /// <summary>Counts an export that begins. 429 after too many.</summary>
    [Alias("begin")]
    Task Begin();

    /// <summary>Some rows of a section, each a JSON object.</summary>
    /// <param name="section">What to read.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    [Alias("read")]
    Task<ExportPage> Read(ExportSection section, string? after, CancellationToken cancellationToken);
}

/// <summary>What can be read out row by row.</summary>
public enum ExportSection
{
    /// <summary>Accounts at other systems by which he signs in.</summary>
    Identities = 0,

    /// <summary>Work orders that he owns.</summary>
    WorkOrders = 1,

    /// <summary>Their steps.</summary>
    Steps = 2,

    /// <summary>Messages that he wrote in orders which he owns, works on or reads.</summary>
    Messages = 3,

    /// <summary>Progress that he reported in those orders.</summary>
    ProgressLogs = 4,

    /// <summary>Tasks that he asked for.</summary>
    Tasks = 5,

    /// <summary>His files, without their bytes.</summary>
    Files = 6,

    /// <summary>His models.</summary>
    Models = 7,

    /// <summary>What he said of models: likes and favourites.</summary>
    Interactions = 8,

    /// <summary>What he reported of models.</summary>
    Reports = 9,
}

/// <summary>Some rows of a section.</summary>
/// <param name="Rows">JSON objects.</param>
/// <param name="Next">Gives the rows after these; null at the end.</param>
[GenerateSerializer, Immutable, Alias("export-page")]
public sealed record ExportPage([property: Id(0)] ImmutableArray<string> Rows, [property: Id(1)] string? Next);
