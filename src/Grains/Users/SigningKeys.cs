using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Actors.Audit;
using Actors.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Actors.Users;

/// <summary>A key as a row. Rows are only added and taken away; the highest number signs.</summary>
internal sealed record SigningKeyRow(string Id, long Number, byte[] PublicKey, string PrivateKey, DateTimeOffset CreatedAt)
{
    public static readonly Table<SigningKeyRow> Table = new Table<SigningKeyRow>("signing_keys")
        .Key("id", r => r.Id)
        .Integer("version", _ => 1)
        .Integer("number", r => r.Number)
        .Bytes("public_key", r => r.PublicKey)
        .Text("private_key", r => r.PrivateKey)
        .Timestamp("created_at", r => r.CreatedAt);
}

/// <summary>
/// The keys that sign tokens (ES256), the same in every silo: they are in the store, the private halves encrypted. Each silo reads them again
/// every half minute. A key that no longer signs is published until the last token that it signed has ended.
/// </summary>
public sealed partial class SigningKeys(
    Database database, ICommitStore store, ISecrets secrets, IOptions<TokenOptions> options, TimeProvider time, ILogger<SigningKeys> logger) : IDisposable
{
    private const string Purpose = "signing-keys";
    private static readonly TimeSpan Reread = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _signing = new();
    private ActiveKey? _active;
    private DateTimeOffset _readAt;

    /// <summary>Signs a token with the present key: header, claims and signature, as JWS has them.</summary>
    /// <param name="claims">The claims as JSON.</param>
    internal async Task<string> SignAsync(byte[] claims)
    {
        var (kid, key) = await ActiveAsync();
        var header = Encoding.ASCII.GetBytes($$"""{"alg":"ES256","kid":"{{kid}}","typ":"JWT"}""");
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}";
        lock (_signing)
        {
            return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
        }
    }

    /// <summary>The keys whose tokens hold, newest first.</summary>
    internal async Task<ImmutableArray<PublicKey>> PublicAsync(CancellationToken cancellationToken)
    {
        await ActiveAsync(); // the first one to ask makes the first key
        var rows = await ReadAsync(cancellationToken);
        var keys = ImmutableArray.CreateBuilder<PublicKey>();
        DateTimeOffset? expiresAt = null;
        foreach (var row in rows)
        {
            if (expiresAt is null || expiresAt > time.GetUtcNow())
            {
                using var key = ECDsa.Create();
                key.ImportSubjectPublicKeyInfo(row.PublicKey, out _);
                var point = key.ExportParameters(includePrivateParameters: false).Q;
                keys.Add(new PublicKey(row.Id, Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y), expiresAt));
            }

            // Another silo may sign with a key for half a minute after its successor came.
            expiresAt = row.CreatedAt + Reread + options.Value.Lifetime;
        }

        return keys.DrainToImmutable();
    }

    /// <summary>Makes a new key, which signs from now on; other silos use it within half a minute. Its name.</summary>
    public async Task<string> RotateAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await AddAsync(await ReadAsync(cancellationToken), isOrdered: true, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _turn.Dispose();
        _active?.Key.Dispose();
    }

    private async ValueTask<ActiveKey> ActiveAsync()
    {
        if (_active is { } known && time.GetUtcNow() < _readAt + Reread)
        {
            return known;
        }

        await _turn.WaitAsync();
        try
        {
            if (_active is null || time.GetUtcNow() >= _readAt + Reread)
            {
                await UseNewestAsync();
            }

            return _active!;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task UseNewestAsync()
    {
        var rows = await ReadAsync(CancellationToken.None);
        if (rows.IsEmpty || (_active?.Kid != rows[0].Id && !TryUse(rows[0])))
        {
            await AddAsync(rows, isOrdered: false, CancellationToken.None);
        }

        _readAt = time.GetUtcNow();
    }

    private bool TryUse(SigningKeyRow row)
    {
        try
        {
            var bytes = secrets.Unprotect(Purpose, row.PrivateKey);
            Use(row.Id, bytes);
            CryptographicOperations.ZeroMemory(bytes);
            return true;
        }
        catch (CryptographicException failure)
        {
            // The master key is another one. What was signed still holds; what is signed from now on needs a new key.
            LogUnreadable(failure, row.Id);
            return false;
        }
    }

    private async Task<string> AddAsync(ImmutableArray<SigningKeyRow> present, bool isOrdered, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (publicKey, privateKey) = (key.ExportSubjectPublicKeyInfo(), key.ExportPkcs8PrivateKey());
        var row = new SigningKeyRow(
            Base64Url.EncodeToString(SHA256.HashData(publicKey).AsSpan(0, 16)),
            present.IsEmpty ? 1 : present[0].Number + 1,
            publicKey,
            secrets.Protect(Purpose, privateKey),
            time.GetUtcNow());
        var made = new AuditNote(AuditActions.KeyRotated, AuditEntities.Key, AuditChanges.Of(("number", null, row.Number)))
        {
            Actor = isOrdered && Caller.Current is { } caller ? AuditActor.Of(caller) : AuditActor.Of(Caller.System),
        };
        var outcome = await store.CommitAsync(new Commit { Id = row.Id, ExpectedVersion = 0, Root = SigningKeyRow.Table.Insert(row), Rows = [AuditRows.Insert(made, row.Id, row.CreatedAt)] });
        if (outcome.Status == CommitStatus.Committed)
        {
            Use(row.Id, privateKey);
            _readAt = time.GetUtcNow();
            LogNew(row.Id);
            return row.Id;
        }

        // Another silo was faster: its key is as good.
        if (outcome.Status == CommitStatus.Violation && await ReadAsync(cancellationToken) is [var newest, ..] && newest.Number >= row.Number && TryUse(newest))
        {
            return newest.Id;
        }

        throw Errors.Unavailable("No key could be made to sign tokens; try again.");
    }

    // The key before it may be in use for a signature this moment; the collector takes it.
    private void Use(string kid, byte[] privateKey)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(privateKey, out _);
        _active = new ActiveKey(kid, key);
    }

    private Task<ImmutableArray<SigningKeyRow>> ReadAsync(CancellationToken cancellationToken) => database.ListAsync(
        "select id, number, public_key, private_key, created_at from signing_keys order by number desc limit 100",
        [],
        row => new SigningKeyRow(row.GetString(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2), row.GetString(3), row.GetTimestamp(4)),
        cancellationToken);

    private sealed record ActiveKey(string Kid, ECDsa Key);

    [LoggerMessage(LogLevel.Information, "Key {Kid} signs tokens from now on")]
    private partial void LogNew(string kid);

    [LoggerMessage(LogLevel.Warning, "The private half of key {Kid} cannot be read: was the master key changed? A new key is made")]
    private partial void LogUnreadable(Exception failure, string kid);
}
