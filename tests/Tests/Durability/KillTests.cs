using Actors.Infrastructure;
using Npgsql;

namespace Actors.Durability;

/// <summary>The product as a process, killed in the middle of its work: nothing acknowledged is lost, nothing happens twice.</summary>
public sealed class KillTests(PostgresServer server)
{
    private const int Clients = 16;

    [Fact]
    public async Task On_SQLite_nothing_acknowledged_is_lost_and_nothing_happens_twice() => await KillUnderLoadAsync([]);

    [Fact]
    public async Task On_PostgreSQL_nothing_acknowledged_is_lost_and_nothing_happens_twice()
    {
        var database = await server.CreateDatabaseAsync();
        await KillUnderLoadAsync(new(StringComparer.Ordinal) { ["DATABASE_URL"] = database });

        // The same from the other side: what the tables say.
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            """
            select (select sum(version) from work_orders) = (select count(*) from change_events where topic like 'work-orders/%'),
                   not exists (
                       select 1 from work_order_steps s
                       left join (select work_order_id, step_code, sum(completed_quantity) as good, sum(defective_quantity) as bad
                                  from work_order_progress_logs group by 1, 2) l using (work_order_id, step_code)
                       where s.completed_quantity <> coalesce(l.good, 0) or s.defective_quantity <> coalesce(l.bad, 0))
            """);
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        Assert.Equal((true, true), (row.GetBoolean(0), row.GetBoolean(1)));
    }

    [Fact]
    public async Task A_terminated_process_drains_and_exits_with_0()
    {
        await using var actors = await ActorsProcess.StartAsync(Fast([]));
        var user = await ActorsClient.RegisteredAsync(actors.Client);
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        await using var feed = await user.WatchAsync(id, lastEventId: "0");

        Assert.Equal(0, await actors.TerminateAsync());

        await actors.RestartAsync();
        Assert.Equal("released", (await user.GetWorkOrderAsync(id)).GetProperty("status").GetString());
    }

    private static async Task KillUnderLoadAsync(Dictionary<string, string> environment)
    {
        await using var actors = await ActorsProcess.StartAsync(Fast(environment));
        var user = await ActorsClient.RegisteredAsync(actors.Client);
        var ledger = new Ledger();
        var workers = new RetryingWorkers(ledger);
        using var enough = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(_ => workers.WorkAsync(user, enough.Token)).ToList();

        for (var kill = 1; kill <= 3; kill++)
        {
            await workers.MoreAsync(400);
            await actors.KillAsync();
            await actors.RestartAsync();
        }

        await enough.CancelAsync();
        await Task.WhenAll(clients);
        await ledger.AssertHoldsAsync(user);
    }

    private static Dictionary<string, string> Fast(Dictionary<string, string> environment) =>
        new(environment, StringComparer.Ordinal) { ["Passwords__BcryptCost"] = "4" };
}
