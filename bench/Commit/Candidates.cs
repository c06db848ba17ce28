using System.Diagnostics.Metrics;
using Actors.Storage;
using Actors.Storage.PostgreSql;
using Actors.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans.Serialization;

namespace Actors.Bench;

/// <summary>Makes what is measured, each with a database of its own.</summary>
internal sealed class Candidates(string server, string folder, CommitBenchOptions options, IServiceProvider services)
{
    public const string Ours = "ours, PostgreSQL";
    public const string Transactions = "one transaction a commit, PostgreSQL";
    public const string AdoNet = "Orleans AdoNet, state only";
    public const string AdoNetTuned = "Orleans AdoNet tuned, state only";
    public const string OursSqlite = "ours, SQLite";
    public const string TransactionsSqlite = "one transaction a commit, SQLite";

    private readonly Serializer _serializer = services.GetRequiredService<Serializer>();

    public async Task<IReadOnlyList<Candidate>> CreateAsync() =>
    [
        Postgres(Ours, await DatabaseAsync("ours"), storage => new PostgresCommitStore(
            storage, Instruments(), TimeProvider.System, NullLogger<PostgresCommitStore>.Instance)),
        Postgres(Transactions, await DatabaseAsync("transactions"), storage => new TransactionStore(storage.PostgreSql!, options.Callers)),
        new AdoNetCandidate(AdoNet, await DatabaseAsync("adonet"), isTuned: false, options, services),
        new AdoNetCandidate(AdoNetTuned, await DatabaseAsync("adonet_tuned"), isTuned: true, options, services),
        Sqlite(OursSqlite, new StorageOptions { SqlitePath = Path.Combine(folder, "ours.db") }),
        Sqlite(TransactionsSqlite, new StorageOptions { SqlitePath = Path.Combine(folder, "transactions.db"), MaxBatch = 1 }),
    ];

    private CommitStoreCandidate Postgres(string name, string connectionString, Func<StorageOptions, ICommitStore> store)
    {
        var storage = new StorageOptions { PostgreSql = connectionString };
        var migrator = new PostgresMigrator(connectionString, TimeProvider.System, NullLogger<Migrator>.Instance);
        return new(name, store(storage), PostgresSources.Reader(storage, new RowSecurity(NullLogger<RowSecurity>.Instance)), migrator, options.Orders, _serializer);
    }

    private CommitStoreCandidate Sqlite(string name, StorageOptions storage)
    {
        var migrator = new SqliteMigrator(storage.SqlitePath, TimeProvider.System, NullLogger<Migrator>.Instance);
        var store = new SqliteCommitStore(storage, Instruments(), TimeProvider.System, NullLogger<SqliteCommitStore>.Instance);
        return new(name, store, SqliteSources.Reader(storage.SqlitePath), migrator, options.Orders, _serializer);
    }

    private CommitInstruments Instruments() => new(services.GetRequiredService<IMeterFactory>());

    private async Task<string> DatabaseAsync(string name)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server) { Pooling = false });
        await using var command = source.CreateCommand($"create database {name}");
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }
}
