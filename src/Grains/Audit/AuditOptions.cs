using System.ComponentModel.DataAnnotations;

namespace Actors.Audit;

/// <summary>How much is written down, and for how long. Configuration section <c>Audit</c>, of the silos.</summary>
public sealed class AuditOptions
{
    /// <summary>How long entries are kept. Default 365 days, 1 to 36,500.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(365);

    /// <summary>
    /// Entries about failed proofs that one silo writes within an hour. Default 1000 (about 300 bytes each); what is beyond it is only counted,
    /// so that a flood of wrong passwords fills no disk.
    /// </summary>
    [Range(1, 1_000_000)]
    public int FailuresPerHour { get; set; } = 1_000;
}
