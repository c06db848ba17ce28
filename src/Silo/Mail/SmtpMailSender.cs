using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Actors.Mail;

/// <summary>Hands mails to an SMTP server, one connection a mail: few are sent, and no connection can be stale.</summary>
internal sealed partial class SmtpMailSender(MailOptions options, ILogger<SmtpMailSender> logger) : IMailSender
{
    public async Task<MailOutcome> SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        using var client = new SmtpClient { Timeout = (int)options.Timeout.TotalMilliseconds };
        if (!await ConnectAsync(client, cancellationToken))
        {
            return MailOutcome.Unreachable;
        }

        var outcome = await HandOverAsync(client, message, cancellationToken);
        if (outcome == MailOutcome.Sent)
        {
            await QuitAsync(client, cancellationToken);
        }

        return outcome;
    }

    private async Task<bool> ConnectAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.ConnectAsync(options.Host!, options.Port, Security(), cancellationToken);
            if (options.User is { Length: > 0 } user)
            {
                await client.AuthenticateAsync(user, options.Password ?? "", cancellationToken);
            }

            return true;
        }
        catch (Exception failure) when (IsOfTheServer(failure) || failure is NotSupportedException or SslHandshakeException or MailKit.Security.AuthenticationException)
        {
            LogUnreachable(failure.GetType().Name);
            return false;
        }
    }

    private async Task<MailOutcome> HandOverAsync(SmtpClient client, MimeMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await client.SendAsync(message, cancellationToken);
            return MailOutcome.Sent;
        }
        catch (SmtpCommandException refused)
        {
            // 4xx: not now; 5xx: never.
            LogRefused((int)refused.StatusCode);
            return (int)refused.StatusCode >= 500 ? MailOutcome.Refused : MailOutcome.Deferred;
        }
        catch (NotSupportedException)
        {
            LogRefused(0); // an address outside of ASCII, at a server that takes none
            return MailOutcome.Refused;
        }
        catch (Exception failure) when (IsOfTheServer(failure))
        {
            LogUnreachable(failure.GetType().Name);
            return MailOutcome.Unreachable;
        }
    }

    // The server has the mail: that it does not say good-bye is no failure.
    private static async Task QuitAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception failure) when (IsOfTheServer(failure))
        {
        }
    }

    private SecureSocketOptions Security() => options.Security switch
    {
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        MailSecurity.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };

    private static bool IsOfTheServer(Exception failure) =>
        failure is SocketException or IOException or TimeoutException or ProtocolException or CommandException or ServiceNotConnectedException
            or System.Security.Authentication.AuthenticationException;

    // Neither address nor answer: servers like to repeat the one in the other.
    [LoggerMessage(LogLevel.Warning, "The mail server refused a mail with status {Status}")]
    private partial void LogRefused(int status);

    [LoggerMessage(LogLevel.Warning, "The mail server takes no mail: {Failure}")]
    private partial void LogUnreachable(string failure);
}
