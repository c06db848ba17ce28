using System.ComponentModel.DataAnnotations;
using Actors.Users;

namespace Actors;

/// <summary>Requests in a fixed window that begins with the first one. Configuration section <c>RateLimits</c>, of the silos; 0: no limit.</summary>
public sealed class RateLimitOptions
{
    /// <summary>Length of a window; 15 min by default (001-184).</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Of a user of the free tier; 100 by default.</summary>
    [Range(0, 1_000_000_000)]
    public int Free { get; set; } = 100;

    /// <summary>Of a user of the premium tier; 1000 by default.</summary>
    [Range(0, 1_000_000_000)]
    public int Premium { get; set; } = 1_000;

    /// <summary>Of a user of the enterprise tier; 0 by default.</summary>
    [Range(0, 1_000_000_000)]
    public int Enterprise { get; set; }

    /// <summary>Of a service; 10,000 by default.</summary>
    [Range(0, 1_000_000_000)]
    public int Service { get; set; } = 10_000;

    /// <summary>From an address, to routes that need no token and have no limit of their own; 300 by default.</summary>
    [Range(0, 1_000_000_000)]
    public int Anonymous { get; set; } = 300;

    /// <summary>Logins from an address; 100 by default.</summary>
    [Range(0, 1_000_000_000)]
    public int Login { get; set; } = 100;

    /// <summary>Registrations from an address; 50 by default.</summary>
    [Range(0, 1_000_000_000)]
    public int Register { get; set; } = 50;

    /// <summary>Refreshes from an address; 300 by default.</summary>
    [Range(0, 1_000_000_000)]
    public int Refresh { get; set; } = 300;

    /// <summary>Mails for an address or account; 20 by default.</summary>
    [Range(0, 1_000_000_000)]
    public int Mail { get; set; } = 20;

    /// <summary>Codes proved for an address or account; 50 by default.</summary>
    [Range(0, 1_000_000_000)]
    public int Verify { get; set; } = 50;

    /// <summary>The limit of a tier.</summary>
    public int Of(UserTier tier) => tier switch
    {
        UserTier.Enterprise => Enterprise,
        UserTier.Premium => Premium,
        _ => Free,
    };

    /// <summary>The limit of a purpose.</summary>
    public int Of(RatePurpose purpose) => purpose switch
    {
        RatePurpose.Login => Login,
        RatePurpose.Register => Register,
        RatePurpose.Refresh => Refresh,
        RatePurpose.Mail => Mail,
        RatePurpose.Verify => Verify,
        _ => Anonymous,
    };
}
