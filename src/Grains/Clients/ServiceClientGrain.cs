using System.Globalization;
using Actors.Audit;
using Actors.Storage;
using Actors.Users;

namespace Actors.Clients;

/// <summary>One service. Key: its id. Lets its tokens in as <see cref="KnownClient"/> knows it; its count of requests is memory, too.</summary>
internal sealed class ServiceClientGrain(
    ServiceClients clients, ICommitStore store, AccessServices access, TimeProvider time) : Grain, IServiceClientGrain
{
    private readonly RateWindow _requests = new();
    private KnownClient _known = null!;

    private string Id => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _known = new KnownClient(Id, clients, time);
        return Task.CompletedTask;
    }

    public async Task<ServiceToken> SignIn(string secret, string? ip)
    {
        await access.Lockout.CheckAsync(email: null, ip);
        var client = Kept(await _known.ReadAsync()); // whoever was added a moment ago is there
        if (client is null || !ServiceClients.Proves(secret, client))
        {
            await access.Lockout.FailAsync(email: null, ip, Id, ClientAudit.LogInFailed);
            throw new AppException(ErrorKind.Unauthenticated, "INVALID_CLIENT", "Client id or secret is wrong.");
        }

        await AuditRows.AppendAsync(store, [AuditRows.Write(ClientAudit.LoggedIn(Id), Id, time.GetStorableNow())]);
        return await access.Tokens.IssueAsync(Id, SessionOf(client));
    }

    public async Task<Admission> Admit(string sessionId)
    {
        if (Kept(await _known.GetAsync()) is not { } client || SessionOf(client) != sessionId)
        {
            return new Admission(Caller: null, RateDecision.Unlimited);
        }

        var rate = _requests.Take(access.RateLimits.Service, access.RateLimits.Window, time.GetUtcNow());
        if (rate.Remaining == rate.Limit - 1)
        {
            DelayDeactivation(access.RateLimits.Window); // an idle grain would forget its count
        }

        return new Admission(new Caller { UserId = $"service/{Id}", Type = PrincipalType.Service }, rate);
    }

    // A client that is removed and added again has other tokens.
    private static string SessionOf(ServiceClient client) => client.CreatedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    // Whoever calls for ids that do not exist must not fill the memory with them.
    private ServiceClient? Kept(ServiceClient? client)
    {
        if (client is null)
        {
            DeactivateOnIdle();
        }

        return client;
    }
}

/// <summary>What the audit log says of services. Pure.</summary>
internal static class ClientAudit
{
    public static readonly AuditNote LogInFailed = new(AuditActions.ClientLogInFailed, AuditEntities.Client) { Actor = AuditActor.Nobody };

    public static AuditNote LoggedIn(string id) => new(AuditActions.ClientLoggedIn, AuditEntities.Client)
    {
        Actor = new AuditActor($"service/{id}", PrincipalType.Service),
    };
}
