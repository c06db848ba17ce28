using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Actors.Users;

/// <summary>Tells which keys sign tokens. Stateless.</summary>
[StatelessWorker]
internal sealed class KeysGrain(SigningKeys keys) : Grain, IKeysGrain
{
    public Task<ImmutableArray<PublicKey>> PublicKeys(CancellationToken cancellationToken) => keys.PublicAsync(cancellationToken);

    public Task<string> Rotate()
    {
        Permissions.Ensure(Caller.Current!, Permission.RotateKeys, "Only an administrator may change the keys.");
        return keys.RotateAsync();
    }
}
