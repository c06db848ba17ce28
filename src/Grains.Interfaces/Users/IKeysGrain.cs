using System.Collections.Immutable;

namespace Actors.Users;

/// <summary>The public half of a key that signs tokens: ECDSA over P-256 (ES256).</summary>
/// <param name="Kid">Its name in tokens.</param>
/// <param name="X">A coordinate of the point, base64url.</param>
/// <param name="Y">The other one.</param>
/// <param name="ExpiresAt">When the last token that it signed has ended, UTC; null for the key that signs now.</param>
[GenerateSerializer, Immutable, Alias("public-key")]
public sealed record PublicKey(
    [property: Id(0)] string Kid, [property: Id(1)] string X, [property: Id(2)] string Y, [property: Id(3)] DateTimeOffset? ExpiresAt);

/// <summary>The keys that sign tokens. Their private halves never leave the silos. Stateless: every key asked for gives the same.</summary>
[Alias("keys-grain")]
public interface IKeysGrain : IGrainWithIntegerKey
{
    /// <summary>The keys whose tokens hold, newest first; read from the store.</summary>
    [Alias("public-keys"), Anonymous]
    Task<ImmutableArray<PublicKey>> PublicKeys(CancellationToken cancellationToken);

    /// <summary>Makes a new key, which signs from now on (in other silos half a minute later); administrators only. Its name.</summary>
    [Alias("rotate")]
    Task<string> Rotate();
}
