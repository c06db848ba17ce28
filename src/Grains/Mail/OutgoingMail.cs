using Actors.Storage;

namespace Actors.Mail;

/// <summary>
/// A mail that waits in the outbox. It is written in the commit that asks for it and sent afterwards, at least once and always with the
/// same Message-ID, so that a reader's mailbox can tell a repetition.
/// </summary>
/// <param name="Id">Unique; the left part of the Message-ID.</param>
/// <param name="Recipient">One plain address, checked before.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">As plain text.</param>
/// <param name="Html">The same as HTML.</param>
/// <param name="Attempts">How often it was tried; whoever raises it may try.</param>
/// <param name="NextAttemptAt">When it is due.</param>
/// <param name="ExpiresAt">From when on it would come too late: then it is dropped.</param>
/// <param name="CreatedAt">When it was asked for.</param>
public sealed record OutgoingMail(
    string Id,
    string Recipient,
    string Subject,
    string Text,
    string Html,
    long Attempts,
    DateTimeOffset NextAttemptAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset CreatedAt)
{
    /// <summary>The outbox.</summary>
    public static readonly Table<OutgoingMail> Table = new Table<OutgoingMail>("mail_outbox")
        .Key("id", m => m.Id)
        .Text("recipient", m => m.Recipient)
        .Text("subject", m => m.Subject)
        .Text("text", m => m.Text)
        .Text("html", m => m.Html)
        .Integer("attempts", m => m.Attempts)
        .Timestamp("next_attempt_at", m => m.NextAttemptAt)
        .Timestamp("expires_at", m => m.ExpiresAt)
        .Timestamp("created_at", m => m.CreatedAt);

    /// <summary>Neither recipient nor text.</summary>
    public override string ToString() => $"{nameof(OutgoingMail)} {Id}";
}
