using System.Data.Common;
using System.Security.Cryptography;
using Actors.Storage;
using Actors.Users;
using Microsoft.Extensions.Options;

namespace Actors.Hosting;

/// <summary>The first administrator. Configuration <c>ACTORS_ADMIN_EMAIL</c> and <c>ACTORS_ADMIN_PASSWORD</c>, or section <c>Admin</c>.</summary>
public sealed class AdminOptions
{
    /// <summary>The administrator that is made when nothing is configured.</summary>
    public const string DefaultEmail = "admin@localhost";

    /// <summary>E-mail address of a user who is to be an administrator. Default none: see <see cref="MakesOne"/>.</summary>
    public string? Email { get; set; }

    /// <summary>His password, if he has no account yet; an account that proved the address keeps its own.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// Whether, if none is configured and there is no administrator at all, one is made with a random password that standard output tells, once.
    /// So it is in a process that is the whole system; not a setting.
    /// </summary>
    internal bool MakesOne { get; set; }
}

/// <summary>Makes sure that the configured administrator exists and is one, or that there is one at all. Does nothing the second time.</summary>
internal sealed partial class AdminAtStart(IOptions<AdminOptions> options, Database database, IGrainFactory grains, ILogger<AdminAtStart> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            Caller.Current = Caller.System;
            if (options.Value is { Email: { Length: > 0 } email, Password: { Length: > 0 } password })
            {
                await MakeAsync(email, password);
            }
            else if (options.Value.MakesOne && !await IsThereOneAsync(stoppingToken))
            {
                await MakeOneAsync();
            }
        }
        catch (Exception failure) when (failure is AppException or OrleansException or TimeoutException or DbException)
        {
            // The node serves without him; in a cluster another node may have made him at the same time.
            LogRefused(failure);
        }
    }

    private async Task MakeOneAsync()
    {
        var password = RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 20);
        if (await grains.GetGrain<IUserQueriesGrain>(0).FindByEmail(AdminOptions.DefaultEmail) is { } id && await grains.GetGrain<IUserGrain>(id).HasProvedEmail())
        {
            LogTaken(AdminOptions.DefaultEmail);
            return;
        }

        await MakeAsync(AdminOptions.DefaultEmail, password);

        // Not a log: logs are kept and sent on.
        Console.WriteLine($"  administrator      {AdminOptions.DefaultEmail}, password {password} (said this once: change it)");
    }

    private async Task MakeAsync(string email, string password)
    {
        var found = await grains.GetGrain<IUserQueriesGrain>(0).FindByEmail(email);
        var user = grains.GetGrain<IUserGrain>(found ?? await RegisterAsync(email, password));
        if ((await user.Get()).Role == UserRole.Admin)
        {
            return;
        }

        if (found is not null && !await user.HasProvedEmail())
        {
            await user.SetPassword(password); // whoever registered with the address before may have been anybody
        }

        await user.Administer(new AdministerUser { Role = UserRole.Admin });
    }

    private async Task<bool> IsThereOneAsync(CancellationToken cancellationToken) => await database.RowsOfAllUsers().FirstAsync(
        "select id from users where role = 'admin' limit 1", [], row => row.GetString(0), cancellationToken) is not null;

    private async Task<string> RegisterAsync(string email, string password)
    {
        var user = grains.GetGrain<IUserGrain>(Ids.From("user", email.ToLowerInvariant(), "admin"));
        return (await user.Register(new RegisterUser { Email = email, Password = password })).Id;
    }

    [LoggerMessage(LogLevel.Error, "There is no administrator, and {Email} is somebody's: set ACTORS_ADMIN_EMAIL and ACTORS_ADMIN_PASSWORD")]
    private partial void LogTaken(string email);

    [LoggerMessage(LogLevel.Error, "The first administrator could not be made")]
    private partial void LogRefused(Exception exception);
}
