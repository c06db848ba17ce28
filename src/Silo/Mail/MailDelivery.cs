using System.Diagnostics.Metrics;
using MimeKit;

namespace Actors.Mail;

/// <summary>Hands one mail of the outbox over, and counts what becomes of mails; meter <c>Actors.Mail</c>.</summary>
internal sealed partial class MailDelivery
{
    private readonly IMailSender _sender;
    private readonly MailOptions _options;
    private readonly Counter<long> _outcomes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public MailDelivery(
        IMailSender sender, MailOptions options, IMeterFactory factory, TimeProvider time, ILogger<MailDelivery> logger)
    {
        (_sender, _options, _time, _logger) = (sender, options, time, logger);
        _outcomes = factory.Create("Actors.Mail").CreateCounter<long>("actors.mail.attempts", "{mail}", "Attempts to send a mail, by outcome.");
    }

    /// <summary>For so long nobody else need try a mail: longer than it can take.</summary>
    public TimeSpan Claim => _options.Timeout * 2;

    public async Task<MailOutcome> SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        using var message = MimeMails.From(mail, _options);
        var outcome = await SendInTimeAsync(message, cancellationToken);
        Count(outcome.ToString().ToLowerInvariant());
        if (outcome == MailOutcome.Refused)
        {
            LogDropped(mail.Id, "it was refused");
        }

        return outcome;
    }

    private async Task<MailOutcome> SendInTimeAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_options.Timeout, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await _sender.SendAsync(message, end.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return MailOutcome.Unreachable;
        }
    }

    public void OnExpired(OutgoingMail mail)
    {
        Count("expired");
        LogDropped(mail.Id, "it could not be sent in time");
    }

    private void Count(string outcome) => _outcomes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    [LoggerMessage(LogLevel.Warning, "Mail {Id} was dropped: {Reason}")]
    private partial void LogDropped(string id, string reason);
}
