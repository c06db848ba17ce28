using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Actors.Users;

/// <summary>
/// The public keys of tokens, from the silos. They are asked when a token names a key that is not known, at most once a second whatever tokens
/// come, and again every five minutes.
/// </summary>
internal sealed partial class TokenKeys(IGrainFactory grains, TimeProvider time, ILogger<TokenKeys> logger)
{
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestAge = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private Known _known = new([], FrozenDictionary<string, SecurityKey>.Empty, DateTimeOffset.MinValue);
    private Task<Known>? _reading;

    /// <summary>The key of that name, if it signs or its tokens still hold.</summary>
    public async ValueTask<SecurityKey?> FindAsync(string kid)
    {
        var known = _known;
        if (known.ByKid.TryGetValue(kid, out var key))
        {
            if (time.GetUtcNow() - known.ReadAt > LongestAge)
            {
                _ = ReadAsync().ContinueWith(LogFailed, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }

            return key;
        }

        // The first may join a reading that began before the key was made.
        known = await ReadAsync();
        return known.ByKid.TryGetValue(kid, out key) || (await ReadAsync()).ByKid.TryGetValue(kid, out key) ? key : null;
    }

    /// <summary>All keys whose tokens hold, newest first; at most <paramref name="age"/> old.</summary>
    public async ValueTask<ImmutableArray<PublicKey>> AllAsync(TimeSpan age) =>
        time.GetUtcNow() - _known.ReadAt <= age ? _known.Keys : (await ReadAsync()).Keys;

    private Task<Known> ReadAsync()
    {
        lock (_gate)
        {
            return _reading is { IsCompleted: false } ? _reading : _reading = ReadNowAsync();
        }
    }

    private async Task<Known> ReadNowAsync()
    {
        var pause = _known.ReadAt + BetweenReads - time.GetUtcNow();
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, time);
        }

        var keys = await grains.GetGrain<IKeysGrain>(0).PublicKeys(CancellationToken.None);
        return _known = new Known(keys, keys.ToFrozenDictionary(k => k.Kid, KeyOf, StringComparer.Ordinal), time.GetUtcNow());
    }

    private static SecurityKey KeyOf(PublicKey key) => new ECDsaSecurityKey(ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = Base64UrlEncoder.DecodeBytes(key.X), Y = Base64UrlEncoder.DecodeBytes(key.Y) },
    }))
    {
        KeyId = key.Kid,
    };

    private void LogFailed(Task failed) => LogNotRead(failed.Exception!.GetBaseException());

    [LoggerMessage(LogLevel.Warning, "The keys of tokens could not be read again; those that are known go on")]
    private partial void LogNotRead(Exception failure);

    private sealed record Known(ImmutableArray<PublicKey> Keys, FrozenDictionary<string, SecurityKey> ByKid, DateTimeOffset ReadAt);
}
