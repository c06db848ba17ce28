using Microsoft.Extensions.Options;
using MimeKit;

namespace Actors.Mail;

/// <summary>How the connection to the mail server is protected.</summary>
public enum MailSecurity
{
    /// <summary>In plain text at first, then encrypted or not used at all (usually port 587).</summary>
    StartTls,

    /// <summary>Encrypted from the first byte (usually port 465).</summary>
    Tls,

    /// <summary>In plain text; for a server on the same machine or in the same pod.</summary>
    None,
}

/// <summary>How mail leaves. Configuration section <c>Mail</c>.</summary>
public sealed class MailOptions
{
    private const string Section = "Mail";

    /// <summary>The SMTP server. Default none: mails become <c>.eml</c> files in <see cref="DropFolder"/>.</summary>
    public string? Host { get; set; }

    /// <summary>Its port. Default 587.</summary>
    public int Port { get; set; } = 587;

    /// <summary>Default <see cref="MailSecurity.StartTls"/>; a server that does not offer it gets no mail.</summary>
    public MailSecurity Security { get; set; } = MailSecurity.StartTls;

    /// <summary>Who logs in there. Default nobody.</summary>
    public string? User { get; set; }

    /// <summary>His password; never logged.</summary>
    public string? Password { get; set; }

    /// <summary>The sender's address; must be set with <see cref="Host"/>. Default <c>actors@localhost</c>.</summary>
    public string From { get; set; } = "actors@localhost";

    /// <summary>The sender's name. Default <c>Actors</c>.</summary>
    public string FromName { get; set; } = "Actors";

    /// <summary>Limit for handing one mail over. Default 20 s, 1 s to 2 min. A mail whose silo died meanwhile is sent again after twice that.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Where mails go when there is no server: <c>mail</c> below <c>ACTORS_DATA</c>. The newest 1000 are kept.</summary>
    public string DropFolder { get; set; } = Path.Combine("data", "mail");

    /// <summary>Reads and checks the options.</summary>
    /// <exception cref="OptionsValidationException">A setting is missing or bad; the message is one sentence that names it.</exception>
    public static MailOptions Read(IConfiguration configuration)
    {
        var options = new MailOptions();
        if (configuration["ACTORS_DATA"] is { Length: > 0 } folder)
        {
            options.DropFolder = Path.Combine(folder, "mail");
        }

        configuration.GetSection(Section).Bind(options);
        options.Host = string.IsNullOrWhiteSpace(options.Host) ? null : options.Host;
        options.Validate(hasFrom: configuration[$"{Section}:From"] is { Length: > 0 });
        return options;
    }

    private void Validate(bool hasFrom)
    {
        Check(Host is null || hasFrom, nameof(From), "the address of the sender when there is a Mail:Host");
        Check(MailboxAddress.TryParse(From, out var from) && from.Address == From, nameof(From), "one plain e-mail address");
        Check(Port is >= 1 and <= 65_535, nameof(Port), "between 1 and 65535");
        Check(Enum.IsDefined(Security), nameof(Security), "StartTls, Tls or None");
        Check(string.IsNullOrEmpty(User) == string.IsNullOrEmpty(Password), nameof(Password), "given with Mail:User, or neither of them");
        Check(string.IsNullOrEmpty(User) || Security != MailSecurity.None, nameof(Security), "StartTls or Tls when there is a password to send");
        Check(Timeout >= TimeSpan.FromSeconds(1) && Timeout <= TimeSpan.FromMinutes(2), nameof(Timeout), "between 1 s and 2 min");
        Check(!string.IsNullOrWhiteSpace(DropFolder), nameof(DropFolder), "a path");
    }

    private static void Check(bool holds, string setting, string rule)
    {
        if (!holds)
        {
            throw new OptionsValidationException(nameof(MailOptions), typeof(MailOptions), [$"{Section}:{setting} must be {rule}."]);
        }
    }
}
