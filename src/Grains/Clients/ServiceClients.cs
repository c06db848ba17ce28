using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Actors.Audit;
using Actors.Storage;

namespace Actors.Clients;

/// <summary>A service that may call the API.</summary>
/// <param name="Id">Its name.</param>
/// <param name="CreatedAt">When it was added, UTC.</param>
/// <param name="SecretHash">SHA-256 of its secret; nobody guesses 256 random bits, so nothing slower is needed.</param>
public sealed record ServiceClient(string Id, DateTimeOffset CreatedAt, ReadOnlyMemory<byte> SecretHash);

/// <summary>The services that may call the API, as rows. Operators add and remove them; silos only read.</summary>
public sealed class ServiceClients(Database database, ICommitStore store, TimeProvider time)
{
    private const int SecretBytes = 32;
    private const int Most = 1_000;

    private static readonly Table<ServiceClient> Table = new Table<ServiceClient>("service_clients")
        .Key("id", c => c.Id)
        .Integer("version", _ => 1)
        .Bytes("secret_hash", c => c.SecretHash.ToArray())
        .Timestamp("created_at", c => c.CreatedAt);

    /// <summary>Adds a client. Its secret, which is told this once; null if there is one of that name.</summary>
    public async Task<string?> AddAsync(string id)
    {
        new Validator().That(ServiceClientLimits.IsId(id), "id", $"must be 1 to {ServiceClientLimits.Id} lower case letters, digits and hyphens").ThrowIfInvalid();
        if (await FindAsync(id) is not null)
        {
            return null;
        }

        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        var client = new ServiceClient(id, time.GetStorableNow(), Hash(secret));
        return await CommitAsync(client, expectedVersion: 0, Table.Insert(client), AuditActions.ClientAdded) ? secret : null;
    }

    /// <summary>Removes a client; its tokens cease to hold within half a minute. False if there is none.</summary>
    public async Task<bool> RemoveAsync(string id) =>
        await FindAsync(id) is { } client && await CommitAsync(client, expectedVersion: 1, Table.Delete(client), AuditActions.ClientRemoved);

    /// <summary>All clients, by name.</summary>
    public Task<ImmutableArray<ServiceClient>> ListAsync(CancellationToken cancellationToken) =>
        database.ListAsync($"{Select} order by id limit @limit", [("limit", Most)], Read, cancellationToken);

    /// <summary>The client of that name, or null.</summary>
    internal Task<ServiceClient?> FindAsync(string id) => database.FirstAsync($"{Select} where id = @id", [("id", id)], Read);

    /// <summary>Whether it is the client's secret.</summary>
    internal static bool Proves(string secret, ServiceClient client) =>
        CryptographicOperations.FixedTimeEquals(Hash(secret), client.SecretHash.Span);

    private const string Select = "select id, created_at, secret_hash from service_clients";

    private static ServiceClient Read(System.Data.Common.DbDataReader row) =>
        new(row.GetString(0), row.GetTimestamp(1), row.GetFieldValue<byte[]>(2));

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private async Task<bool> CommitAsync(ServiceClient client, long expectedVersion, RowChange root, string action)
    {
        var note = new AuditNote(action, AuditEntities.Client) { Actor = AuditActor.Of(Caller.System) };
        var outcome = await store.CommitAsync(new Commit
        {
            Id = client.Id,
            ExpectedVersion = expectedVersion,
            Root = root,
            Rows = [AuditRows.Insert(note, client.Id, time.GetStorableNow())],
        });
        return outcome.Status switch
        {
            CommitStatus.Committed => true,
            CommitStatus.Conflict => false,
            _ => throw Errors.Unavailable("The store did not take the change, or nobody knows; look at the list and try again."),
        };
    }
}
