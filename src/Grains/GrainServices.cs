using Actors.Audit;
using Actors.Blobs;
using Actors.ChangeLog;
using Actors.Clients;
using Actors.Generation;
using Actors.Inboxes;
using Actors.Jobs;
using Actors.Mail;
using Actors.Models;
using Actors.Users;
using Actors.Webhooks;
using Actors.WorkOrders;
using Microsoft.Extensions.DependencyInjection;

namespace Actors;

/// <summary>What the grains need from the silo that hosts them, besides a store.</summary>
public static class GrainServices
{
    /// <summary>Adds the domain's services and options.</summary>
    public static IServiceCollection AddGrainServices(this IServiceCollection services)
    {
        services.AddSingleton<EntityServices>();
        services.AddSingleton<PasswordHasher>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<SessionTokens>();
        services.AddSingleton<SecondFactor>();
        services.AddSingleton<Lockout>();
        services.AddSingleton<AccessServices>();
        services.AddSingleton<FailureAudit>();
        services.AddSingleton<ServiceClients>();
        services.AddSingleton<MailSignal>();
        services.AddSingleton<ChangeLogInstruments>();
        services.AddSingleton<ChangeConsumerServices>();
        services.AddSingleton(UnreadOfWorkOrderGrain.Interest);
        services.AddSingleton(UnreadOfUserGrain.Interest);
        services.AddSingleton(DeletedUserGrain.Interest);
        services.AddSingleton(ModelOfTaskGrain.Interest);
        services.AddSingleton(TaskOfModelGrain.Interest);
        services.AddSingleton(ModelsOfDeletedUserGrain.Interest);
        services.AddSingleton(WebhooksOfTaskGrain.Interest);
        services.AddOptions<PasswordOptions>().BindConfiguration("Passwords").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<RateLimitOptions>().BindConfiguration("RateLimits").ValidateDataAnnotations()
            .Validate(o => o.Window > TimeSpan.Zero && o.Window <= TimeSpan.FromDays(1), "RateLimits:Window must be longer than zero, at most a day.")
            .ValidateOnStart();
        services.AddOptions<LockoutOptions>().BindConfiguration("Lockout").ValidateDataAnnotations()
            .Validate(
                o => o.FirstDelay > TimeSpan.Zero && o.LongestDelay >= o.FirstDelay && o.Memory > o.LongestDelay,
                "Lockout:FirstDelay, LongestDelay and Memory must be longer than zero, each not shorter than the one before.")
            .ValidateOnStart();
        services.AddSingleton<IJobTable, JobTable>();
        services.AddSingleton<IJobTable, ImageJobTable>();
        services.AddSingleton<IJobTable>(new ModelJobTable(ModelSource.AiGenerated));
        services.AddSingleton<IJobTable>(new ModelJobTable(ModelSource.UserUploaded));
        services.AddSingleton<IJobTable, WebhookJobTable>();
        services.AddSingleton<JobQueues>();
        services.AddSingleton<QueueServices>();
        services.AddOptions<JobOptions>().BindConfiguration("Jobs").ValidateDataAnnotations()
            .Validate(
                o => o.Shards.Values.All(n => n is >= 1 and <= JobShards.Max) && o.ReadAgain >= TimeSpan.FromSeconds(1),
                "Jobs:Shards must be 1 to 16 each, Jobs:ReadAgain at least a second.")
            .ValidateOnStart();
        services.AddOptions<WebhookOptions>().BindConfiguration("Webhooks");
        services.AddTokenOptions();
        services.AddOptions<TwoFactorOptions>().BindConfiguration("TwoFactor").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<AuditOptions>().BindConfiguration("Audit").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<EmailCodeOptions>().BindConfiguration("EmailCodes").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<WorkOrderOptions>().BindConfiguration("WorkOrders").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<BlobServices>();
        services.AddOptions<UploadOptions>().BindConfiguration("Uploads").ValidateDataAnnotations()
            .Validate(o => IsBetween(o.TicketLifetime, TimeSpan.FromDays(1)), "Uploads:TicketLifetime must be between 1 min and 1 day.")
            .Validate(o => IsBetween(o.LinkLifetime, TimeSpan.FromDays(1)), "Uploads:LinkLifetime must be between 1 min and 1 day.")
            .Validate(o => o.OrphanAge > o.TicketLifetime && o.OrphanAge <= TimeSpan.FromDays(3_650), "Uploads:OrphanAge must be longer than Uploads:TicketLifetime, at most 3650 days.")
            .ValidateOnStart();
        services.AddSingleton<IIncomingGrainCallFilter, CallFilter>();
        return services;
    }

    /// <summary>Adds the options of tokens alone.</summary>
    public static IServiceCollection AddTokenOptions(this IServiceCollection services)
    {
        services.AddOptions<TokenOptions>().BindConfiguration("Jwt")
            .Validate(o => o.Lifetime > TimeSpan.Zero, "Jwt:Lifetime must be longer than zero.")
            .Validate(o => o.ServiceLifetime > TimeSpan.Zero, "Jwt:ServiceLifetime must be longer than zero.")
            .Validate(o => o.RefreshLifetime >= o.Lifetime, "Jwt:RefreshLifetime must not be shorter than Jwt:Lifetime.")
            .Validate(o => o.RefreshGrace >= TimeSpan.Zero && o.RefreshGrace <= TimeSpan.FromHours(1), "Jwt:RefreshGrace must be between 0 and 1 h.")
            .ValidateOnStart();
        return services;
    }

    private static bool IsBetween(TimeSpan lifetime, TimeSpan longest) => lifetime >= TimeSpan.FromMinutes(1) && lifetime <= longest;
}
