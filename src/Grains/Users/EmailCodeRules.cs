using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;

namespace Actors.Users;

/// <summary>How codes are sent. Configuration section <c>EmailCodes</c>.</summary>
public sealed class EmailCodeOptions
{
    /// <summary>How long a code holds. Default 10 min, 1 min to 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "01:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Codes sent to one address within an hour. Default 5; what is asked beyond it is answered as ever, but not sent.</summary>
    [Range(1, 100)]
    public int PerAddress { get; set; } = 5;

    /// <summary>Codes that one client (IP address, or /64 network of IPv6) may ask for within an hour. Default 30; beyond it 429.</summary>
    [Range(1, 1_000_000)]
    public int PerClient { get; set; } = 30;

    /// <summary>Codes that one client may try within an hour, over all addresses. Default 60; beyond it 429.</summary>
    [Range(1, 1_000_000)]
    public int TriesPerClient { get; set; } = 60;

    /// <summary>Mails that may wait to be sent, in all. Default 10,000; beyond it 503.</summary>
    [Range(1, 1_000_000)]
    public int QueueLimit { get; set; } = 10_000;
}

/// <summary>What may happen to a code. Pure.</summary>
internal static class EmailCodeRules
{
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    public static void Validate(RequestEmailCode command) => new Validator().Email("email", command.Email).ThrowIfInvalid();

    public static void Validate(UseEmailCode command) => new Validator()
        .Email("email", command.Email)
        .That(
            command.Code is { Length: EmailCodes.Digits } code && code.All(char.IsAsciiDigit),
            "code",
            $"must be {EmailCodes.Digits} digits")
        .ThrowIfInvalid();

    /// <summary>Whether an address with these codes (the newest first) may be sent another one.</summary>
    public static bool MaySend(ImmutableArray<EmailCode> codes, EmailCodeOptions options, DateTimeOffset now) =>
        codes.Count(c => c.CreatedAt > now - Window) < options.PerAddress;

    public static bool Holds(EmailCode? code, DateTimeOffset now) =>
        code is { VerifiedAt: null, Attempts: < EmailCodes.MaxTries } && now < code.ExpiresAt;

    public static EmailCode Fail(EmailCode code) => code with { Attempts = code.Attempts + 1, Version = code.Version + 1 };

    public static EmailCode Use(EmailCode code, string userId, DateTimeOffset now) =>
        code with { VerifiedAt = now, UserId = userId, Version = code.Version + 1 };

    /// <summary>The code before, when a new one is sent.</summary>
    public static EmailCode End(EmailCode code, DateTimeOffset now) =>
        code with { ExpiresAt = code.ExpiresAt < now ? code.ExpiresAt : now, Version = code.Version + 1 };

    /// <summary>Why it does not hold (wrong, late, used, tried too often) is nobody's business.</summary>
    public static AppException Refused() =>
        new(ErrorKind.Unauthenticated, "INVALID_CODE", "The code is wrong or does not hold any more.");
}
