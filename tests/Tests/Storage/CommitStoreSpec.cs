using System.Data.Common;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Actors.Storage;

/// <summary>What every commit store promises. One class per engine runs it.</summary>
public abstract partial class CommitStoreSpec : IAsyncLifetime
{
    private ServiceProvider? _services;

    private protected ServiceProvider Services => _services!;

    private protected ICommitStore Store => Services.GetRequiredService<ICommitStore>();

    private protected Database Database => Services.GetRequiredService<Database>();

    private protected abstract bool IsSqlite { get; }

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _services = Build(await SettingsAsync());
        await Services.GetRequiredService<Migrator>().MigrateAsync(Cancellation);
        await ExecuteAsync(SpecTables.Create(IsSqlite));
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Where the fresh store of this test is.</summary>
    private protected abstract Task<Dictionary<string, string?>> SettingsAsync();

    private protected static ServiceProvider Build(Dictionary<string, string?> settings, TimeProvider? time = null) =>
        new ServiceCollection()
            .AddLogging(log => log.SetMinimumLevel(LogLevel.Warning))
            .AddSingleton(time ?? TimeProvider.System)
            .AddStorage(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .BuildServiceProvider();

    /// <summary>Writes commits as one batch, with nobody else in it.</summary>
    private protected async Task<CommitStatus[]> WriteTogetherAsync(params Commit[] commits)
    {
        var outcomes = new CommitOutcome[commits.Length];
        Array.Fill(outcomes, CommitOutcome.Unknown);
        await ((IBatchWriter)Store).WriteAsync(commits, outcomes);
        return [.. outcomes.Select(o => o.Status)];
    }

    private protected async Task<CommitStatus> CommitAsync(Commit commit) =>
        (await Store.CommitAsync(commit).WaitAsync(TimeSpan.FromSeconds(30), Cancellation)).Status;

    private protected async Task<long> CountAsync(string sql) =>
        (await Database.ListAsync(sql, [], r => r.GetInt64(0), Cancellation))[0];

    private protected async Task<Order?> FindAsync(string id) => await Database.FirstAsync(
        "select id, version, code, quantity, done, at, data, picture from spec_orders where id = @id",
        [("id", id)],
        r => new Order(r.GetString(0), r.GetInt64(1))
        {
            Code = r.GetNullableString(2),
            Quantity = r.GetInt64(3),
            Done = r.GetBoolean(4),
            At = r.GetNullableTimestamp(5),
            Data = r.GetNullableString(6),
            Picture = r.IsDBNull(7) ? null : r.GetFieldValue<byte[]>(7),
        },
        Cancellation);

    private protected async Task<string> LinesAsync(string orderId) => string.Join(' ', await Database.ListAsync(
        "select name, amount from spec_lines where order_id = @id order by name",
        [("id", orderId)],
        r => $"{r.GetString(0)}{r.GetInt64(1)}",
        Cancellation));

    private protected async Task ExecuteAsync(string sql)
    {
        await using var command = Services.GetRequiredService<DbDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
