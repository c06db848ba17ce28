using MimeKit;

namespace Actors.Mail;

/// <summary>What became of a mail.</summary>
internal enum MailOutcome
{
    /// <summary>It was taken over: the server, or the folder, has it.</summary>
    Sent,

    /// <summary>It will never be taken: the address or the mail is refused for good.</summary>
    Refused,

    /// <summary>It was not taken for now.</summary>
    Deferred,

    /// <summary>Nobody takes any mail for now.</summary>
    Unreachable,
}

/// <summary>Hands mails over. Expected failures are outcomes, not exceptions.</summary>
internal interface IMailSender
{
    /// <summary>Hands one mail over.</summary>
    Task<MailOutcome> SendAsync(MimeMessage message, CancellationToken cancellationToken);
}

/// <summary>Mails as MIME.</summary>
internal static class MimeMails
{
    /// <summary>The mail in both forms. The Message-ID is the same however often it is sent.</summary>
    public static MimeMessage From(OutgoingMail mail, MailOptions options)
    {
        // Built from parts, never from text: what an address or a subject holds cannot become a header.
        var message = new MimeMessage
        {
            MessageId = $"{mail.Id}@{options.From[(options.From.LastIndexOf('@') + 1)..]}",
            Date = mail.CreatedAt,
            Subject = mail.Subject,
            Body = new BodyBuilder { TextBody = mail.Text, HtmlBody = mail.Html }.ToMessageBody(),
        };
        message.From.Add(new MailboxAddress(options.FromName, options.From));
        message.To.Add(new MailboxAddress("", mail.Recipient));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }
}
