using System.Collections.Concurrent;
using System.Data.Common;
using Actors.Infrastructure;
using Actors.Storage;
using Actors.Users;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Actors.ChangeLog;

/// <summary>A store with nothing in its change log, and no cluster around it.</summary>
public abstract class ChangeLogBed : IAsyncLifetime
{
    protected static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>The kind of the changes, unless a test says another.</summary>
    protected const string Kind = "kind";

    private readonly Dictionary<string, string?> _settings = new(StringComparer.Ordinal);
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-log-").FullName;
    private readonly ConcurrentDictionary<string, long> _versions = new(StringComparer.Ordinal);
    private ServiceProvider _services = null!;

    protected IChangeLog Log => Services.GetRequiredService<IChangeLog>();

    protected DbDataSource Source => Services.GetRequiredService<DbDataSource>();

    protected IServiceProvider Services => _services;

    /// <summary>The time of changes and, where our clock decides, of their retention.</summary>
    protected FakeTimeProvider Time { get; } = new(Start);

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected abstract Task<string?> PostgresAsync();

    public async ValueTask InitializeAsync()
    {
        _settings["ACTORS_DATA"] = _folder;
        _settings["ConnectionStrings:Postgres"] = await PostgresAsync();
        _services = Silo();
        await MigrateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected virtual Task MigrateAsync() => Services.GetRequiredService<Migrator>().MigrateAsync(Cancellation);

    /// <summary>A silo's services over the database.</summary>
    protected ServiceProvider Silo(params ChangeInterest[] interests)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(Time);
        foreach (var interest in interests)
        {
            services.AddSingleton(interest);
        }

        return services.AddStorage(new ConfigurationBuilder().AddInMemoryCollection(_settings).Build()).BuildServiceProvider();
    }

    /// <summary>Reads a partition from its beginning until so many changes have come.</summary>
    protected async Task<List<LoggedChange>> ReadAsync(int partition, int count)
    {
        var read = new List<LoggedChange>();
        var cursor = default(LogCursor);
        await Waiting.UntilAsync(
            async () =>
            {
                var page = await Log.ReadAsync(partition, cursor, 7, Cancellation);
                read.AddRange(page.Changes);
                cursor = read.Count > 0 ? read[^1].Cursor : cursor;
                return read.Count >= count;
            },
            TimeSpan.FromSeconds(60),
            () => $"Only {read.Count} changes of {count}.");
        return read;
    }

    /// <summary>Commits the next changes of a user.</summary>
    protected async Task WriteAsync(string id, int changes, string kind = Kind, IServiceProvider? silo = null)
    {
        for (var i = 0; i < changes; i++)
        {
            var version = _versions.AddOrUpdate(id, 1, (_, version) => version + 1);
            Assert.Equal(CommitStatus.Committed, (await CommitAsync(id, version, kind: kind, silo: silo)).Status);
        }
    }

    /// <summary>Commits a version of a user, with its change.</summary>
    protected Task<CommitOutcome> CommitAsync(
        string id, long version, long? changeVersion = null, string kind = Kind, IServiceProvider? silo = null)
    {
        var user = new User { Id = id, Email = $"{id}@example.org", CreatedAt = Start, UpdatedAt = Start };
        var state = new UserState(user, "hash", version);
        return (silo ?? Services).GetRequiredService<ICommitStore>().CommitAsync(new Commit
        {
            Id = id,
            ExpectedVersion = version - 1,
            Root = version == 1 ? UserState.Table.Insert(state) : UserState.Table.Update(state),
            Rows = [ChangeLogRows.Table.Insert(Change(id, changeVersion ?? version) with { Kind = kind })],
        });
    }

    protected async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    protected async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    protected ChangeEvent Change(string id, long version) => new()
    {
        Topic = $"users/{id}",
        Version = version,
        Kind = Kind,
        Data = "{}",
        Actor = "actor",
        At = Time.GetUtcNow(),
        Audience = ["user:u", "factory:中"],
    };
}
