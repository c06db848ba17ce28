using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Actors.Users;

/// <summary>Tells which keys sign tokens. Stateless.</summary>
[StatelessWorker]
internal sealed class KeysGrain(SigningKeys keys) : Grain, IKeysGrain
{
    public Task<ImmutableArray<PublicKey>> PublicKeys(CancellationToken cancellationToken) => keys.PublicAsync(cancellationToken);

    public Task<string> Rotate() => Caller.Current!.Role == UserRole.Admin
        ? keys.RotateAsync()
        : throw Errors.Forbidden("Only an administrator may change the keys.");
}
