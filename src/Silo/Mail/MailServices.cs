using System.Data.Common;
using Actors.Storage;

namespace Actors.Mail;

/// <summary>Registers the sending of mail.</summary>
internal static class MailServices
{
    /// <summary>Adds the outbox's sender: by SMTP if a server is configured, else into a folder.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is bad.</exception>
    public static IServiceCollection AddMail(this IServiceCollection services, IConfiguration configuration)
    {
        var options = MailOptions.Read(configuration);
        services.AddSingleton(options);
        services.AddSingleton<MailDelivery>();
        if (options.Host is null)
        {
            services.AddSingleton<IMailSender, DropFolderMailSender>();
        }
        else
        {
            services.AddSingleton<IMailSender, SmtpMailSender>();
        }

        services.AddHostedService<MailOutbox>();
        services.AddHostedService<OldCodes>();
        return services;
    }
}

/// <summary>Forgets codes that ended more than a day ago; the limits of an address look back an hour.</summary>
internal sealed class OldCodes(DbDataSource source, TimeProvider time, ILogger<OldCodes> logger) : Sweeper(TimeSpan.FromMinutes(10), time, logger)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private readonly TimeProvider _time = time;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("delete from email_verification_codes where expires_at < @limit");
        var limit = command.CreateParameter();
        (limit.ParameterName, limit.Value) = ("limit", _time.GetUtcNow() - Kept);
        command.Parameters.Add(limit);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
