using Actors.ChangeLog;
using Actors.Inboxes;
using Actors.Mail;
using Actors.Users;
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
        services.AddSingleton<MailSignal>();
        services.AddSingleton<ChangeLogInstruments>();
        services.AddSingleton<ChangeConsumerServices>();
        services.AddSingleton(UnreadOfWorkOrderGrain.Interest);
        services.AddSingleton(UnreadOfUserGrain.Interest);
        services.AddOptions<PasswordOptions>().BindConfiguration("Passwords").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<EmailCodeOptions>().BindConfiguration("EmailCodes").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<WorkOrderOptions>().BindConfiguration("WorkOrders").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IIncomingGrainCallFilter, CallFilter>();
        return services;
    }
}
