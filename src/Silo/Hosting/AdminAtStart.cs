using Actors.Users;
using Microsoft.Extensions.Options;

namespace Actors.Hosting;

/// <summary>The first administrator. Configuration section <c>Admin</c>, e.g. <c>Admin__Email</c>, <c>Admin__Password</c>.</summary>
public sealed class AdminOptions
{
    /// <summary>E-mail address of a user who is to be an administrator. Default none: nobody is made one.</summary>
    public string? Email { get; set; }

    /// <summary>His password, if he has no account yet; an existing account keeps its own.</summary>
    public string? Password { get; set; }
}

/// <summary>Makes sure that the configured administrator exists and is one. Does nothing the second time.</summary>
internal sealed partial class AdminAtStart(IOptions<AdminOptions> options, IGrainFactory grains, ILogger<AdminAtStart> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value is not { Email: { } email, Password: { } password })
        {
            return;
        }

        try
        {
            Caller.Current = Caller.System;
            var id = await grains.GetGrain<IUserQueriesGrain>(0).FindByEmail(email) ?? await RegisterAsync(email, password);
            await grains.GetGrain<IUserGrain>(id).ChangeAccess(new ChangeUserAccess(UserRole.Admin, FactoryId: null));
        }
        catch (Exception failure) when (failure is AppException or OrleansException or TimeoutException)
        {
            // The node serves without him; in a cluster another node may have made him at the same time.
            LogRefused(failure);
        }
    }

    private async Task<string> RegisterAsync(string email, string password)
    {
        var user = grains.GetGrain<IUserGrain>(Ids.From("user", email.ToLowerInvariant(), "admin"));
        return (await user.Register(new RegisterUser { Email = email, Password = password })).Id;
    }

    [LoggerMessage(LogLevel.Error, "The configured administrator could not be made one")]
    private partial void LogRefused(Exception exception);
}
