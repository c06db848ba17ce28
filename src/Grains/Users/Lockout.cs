using Actors.Audit;

namespace Actors.Users;

/// <summary>Stands before every grant, whatever is proved: a password, a refresh token, a code.</summary>
internal sealed class Lockout(IGrainFactory grains, FailureAudit audit)
{
    /// <summary>429 <c>TOO_MANY_FAILURES</c> while the account or the address is locked; asked before anything is proved.</summary>
    /// <param name="email">The account, whether there is one or not; null if only the address counts.</param>
    /// <param name="ip">Where the request comes from; null if it is not known.</param>
    public async Task CheckAsync(string? email, string? ip)
    {
        var remaining = await Task.WhenAll(Grains(email, ip).Select(grain => grain.Remaining()));
        if (remaining.Max() is { } longest)
        {
            throw new AppException(ErrorKind.TooMany, "TOO_MANY_FAILURES", "Too many failed attempts; try again later.") { RetryAfter = longest };
        }
    }

    /// <summary>A proof failed: that is counted and written down.</summary>
    /// <param name="email">The account, as in <see cref="CheckAsync"/>.</param>
    /// <param name="ip">Where the request comes from, as there.</param>
    /// <param name="id">The user or client that somebody wanted to be, or who stands for him (<see cref="UnknownUser"/>).</param>
    /// <param name="note">What he failed to prove.</param>
    public Task FailAsync(string? email, string? ip, string id, AuditNote note) => Task.WhenAll(
        Grains(email, ip).Select(grain => grain.Fail(id)).Append(audit.AppendAsync(note, id)));

    /// <summary>The account's owner has proved who he is: by his password, or by a reset. What came from the address stays counted.</summary>
    public Task ClearAsync(string email) => grains.GetGrain<ILockoutGrain>(LockoutKeys.Account(email)).Clear();

    private IEnumerable<ILockoutGrain> Grains(string? email, string? ip)
    {
        if (email is not null)
        {
            yield return grains.GetGrain<ILockoutGrain>(LockoutKeys.Account(email));
        }

        if (ip is not null)
        {
            yield return grains.GetGrain<ILockoutGrain>(LockoutKeys.Address(ip));
        }
    }
}
