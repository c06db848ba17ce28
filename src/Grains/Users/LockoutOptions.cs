using System.ComponentModel.DataAnnotations;

namespace Actors.Users;

/// <summary>When failed proofs lock an account or an address. Configuration section <c>Lockout</c>, of the silos.</summary>
public sealed class LockoutOptions
{
    /// <summary>Failures of an account before the first lock; 5 by default, 0: accounts are never locked.</summary>
    [Range(0, 1_000_000)]
    public int AccountFailures { get; set; } = 5;

    /// <summary>Failures from an IP address before the first lock; 50 by default (many may share one), 0: addresses are never locked.</summary>
    [Range(0, 1_000_000)]
    public int AddressFailures { get; set; } = 50;

    /// <summary>The first lock; each further failure doubles it. Default 30 s.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest lock. Default 15 min.</summary>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>After so long without a failure all are forgotten. Default one day, longer than <see cref="LongestDelay"/>.</summary>
    public TimeSpan Memory { get; set; } = TimeSpan.FromDays(1);
}
