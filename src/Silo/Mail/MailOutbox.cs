using System.Collections.Immutable;
using System.Data.Common;
using Actors.Storage;

namespace Actors.Mail;

/// <summary>
/// Sends what waits in the outbox, at least once. Every silo has one: a mail is claimed by raising its number of attempts, and stays
/// claimed for a while, so that two silos do not send it, and that it is sent by another one when its silo dies.
/// </summary>
internal sealed partial class MailOutbox(
    DbDataSource source, Database database, MailDelivery delivery, MailSignal signal, TimeProvider time, ILogger<MailOutbox> logger)
    : BackgroundService
{
    private const int BatchSize = 20;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SendDueAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is DbException or IOException or TimeoutException)
            {
                LogFailed(failure);
            }

            await signal.WaitAsync(BetweenLooks, time, stoppingToken);
        }
    }

    /// <summary>Sends what is due, until nothing is or nobody takes mail.</summary>
    internal async Task SendDueAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<OutgoingMail> due;
        do
        {
            due = await ListDueAsync(cancellationToken);
            foreach (var mail in due)
            {
                if (await HandleAsync(mail, cancellationToken) == MailOutcome.Unreachable)
                {
                    return;
                }
            }
        }
        while (due.Length == BatchSize);
    }

    /// <summary>How long a mail rests after so many attempts: 1, 2, 4 … 60 s, each up to a half longer.</summary>
    internal static TimeSpan PauseAfter(long attempts)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(attempts - 1, 10));
        return (pause < LongestPause ? pause : LongestPause) * (1 + (Random.Shared.NextDouble() / 2));
    }

    private async Task<MailOutcome> HandleAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        if (mail.ExpiresAt <= time.GetUtcNow())
        {
            delivery.OnExpired(mail);
            await DeleteAsync(mail);
            return MailOutcome.Refused;
        }

        if (!await ClaimAsync(mail))
        {
            return MailOutcome.Deferred; // another silo has it
        }

        var claimed = mail with { Attempts = mail.Attempts + 1 };
        var outcome = await delivery.SendAsync(claimed, cancellationToken);
        if (outcome is MailOutcome.Sent or MailOutcome.Refused)
        {
            await DeleteAsync(claimed);
        }
        else
        {
            await ExecuteSqlAsync(
                "update mail_outbox set next_attempt_at = @next where id = @id and attempts = @attempts",
                claimed,
                ("next", time.GetUtcNow() + PauseAfter(claimed.Attempts)));
        }

        return outcome;
    }

    private Task<ImmutableArray<OutgoingMail>> ListDueAsync(CancellationToken cancellationToken) => database.ListAsync(
        """
        select id, recipient, subject, text, html, attempts, next_attempt_at, expires_at, created_at
        from mail_outbox where next_attempt_at <= @now order by next_attempt_at limit @limit
        """,
        [("now", time.GetUtcNow()), ("limit", BatchSize)],
        row => new OutgoingMail(
            row.GetString(0),
            row.GetString(1),
            row.GetString(2),
            row.GetString(3),
            row.GetString(4),
            row.GetInt64(5),
            row.GetTimestamp(6),
            row.GetTimestamp(7),
            row.GetTimestamp(8)),
        cancellationToken);

    private async Task<bool> ClaimAsync(OutgoingMail mail) => await ExecuteSqlAsync(
        "update mail_outbox set attempts = attempts + 1, next_attempt_at = @next where id = @id and attempts = @attempts",
        mail,
        ("next", time.GetUtcNow() + delivery.Claim)) == 1;

    // Not to be cancelled: a mail that was sent must not stay.
    private Task<int> DeleteAsync(OutgoingMail mail) => ExecuteSqlAsync("delete from mail_outbox where id = @id and attempts = @attempts", mail);

    private async Task<int> ExecuteSqlAsync(string sql, OutgoingMail mail, params (string Name, object Value)[] more)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var (name, value) in more.Append(("id", mail.Id)).Append(("attempts", mail.Attempts)))
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    [LoggerMessage(LogLevel.Warning, "The outbox could not be read or written; it is tried again")]
    private partial void LogFailed(Exception exception);
}
