using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Actors.Users;

/// <summary>
/// Checks a token once and remembers the result until the token ends: checking costs some 30 µs, remembering below one.
/// Only good tokens are kept, at most twice <paramref name="capacity"/> of them.
/// </summary>
/// <param name="findKey">Finds a key by its name.</param>
/// <param name="time">The time.</param>
/// <param name="capacity">Tokens of a generation.</param>
internal sealed class CachingTokenHandler(Func<string, ValueTask<SecurityKey?>> findKey, TimeProvider time, int capacity = 10_000) : TokenHandler
{
    private readonly JsonWebTokenHandler _inner = new() { MapInboundClaims = false };

    // Two generations: when the young one is full it becomes the old one, and what nobody asked for since is forgotten.
    private ConcurrentDictionary<string, TokenValidationResult> _young = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, TokenValidationResult> _old = new(StringComparer.Ordinal);
    private int _count;

    public override Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters) =>
        TryFind(token, out var known) ? Task.FromResult(known) : Check(token, validationParameters);

    private bool TryFind(string token, [NotNullWhen(true)] out TokenValidationResult? known)
    {
        if (!_young.TryGetValue(token, out known))
        {
            if (!_old.TryGetValue(token, out known))
            {
                return false;
            }

            Keep(token, known);
        }

        return ((CallerIdentity)known.ClaimsIdentity).ExpiresAt > time.GetUtcNow();
    }

    private async Task<TokenValidationResult> Check(string token, TokenValidationParameters parameters)
    {
        var key = _inner.CanReadToken(token) && new JsonWebToken(token) is { Alg: SecurityAlgorithms.EcdsaSha256, Kid: { Length: > 0 and <= 64 } kid }
            ? await findKey(kid)
            : null;
        if (key is null)
        {
            return new TokenValidationResult { IsValid = false, Exception = new SecurityTokenSignatureKeyNotFoundException("No key of ours signed it.") };
        }

        var rules = parameters.Clone();
        rules.IssuerSigningKey = key;
        var result = await _inner.ValidateTokenAsync(token, rules);
        if (!result.IsValid)
        {
            return result;
        }

        if (CallerIdentity.From(result) is not { } identity)
        {
            return new TokenValidationResult { IsValid = false, Exception = new SecurityTokenException("The token names no user.") };
        }

        result.ClaimsIdentity = identity;
        Keep(token, result);
        return result;
    }

    private void Keep(string token, TokenValidationResult result)
    {
        if (!_young.TryAdd(token, result) || Interlocked.Increment(ref _count) < capacity)
        {
            return;
        }

        // Two requests may both see the cache full; the second then forgets a little more than it had to.
        Interlocked.Exchange(ref _count, 0);
        _old = Interlocked.Exchange(ref _young, new ConcurrentDictionary<string, TokenValidationResult>(StringComparer.Ordinal));
    }
}
