using Npgsql;

namespace Actors.Infrastructure;

public sealed class PostgresServerTests(PostgresServer shared)
{
    [Fact]
    public async Task Every_database_is_new_and_empty()
    {
        var first = await shared.CreateDatabaseAsync();
        var second = await shared.CreateDatabaseAsync();
        await ExecuteAsync(first, "create table things (id text primary key)");

        Assert.Equal(1L, await ScalarAsync(first, "select count(*) from pg_tables where schemaname = 'public'"));
        Assert.Equal(0L, await ScalarAsync(second, "select count(*) from pg_tables where schemaname = 'public'"));
    }

    [Fact]
    public async Task Text_is_utf8()
    {
        var database = await shared.CreateDatabaseAsync();

        Assert.Equal("UTF8", await ScalarAsync(database, "show server_encoding"));
        Assert.Equal(2, await ScalarAsync(database, "select length('工单')"));
    }

    [Fact]
    public async Task A_server_that_stops_breaks_connections_and_comes_back_with_its_data()
    {
        await using var server = await PostgresServer.StartNewAsync(durable: true);
        var database = await server.CreateDatabaseAsync();
        await ExecuteAsync(database, "create table things (id text primary key); insert into things values ('kept')");

        await server.StopAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ScalarAsync(database, "select 1"));

        await server.StartAsync();
        Assert.Equal("kept", await ScalarAsync(database, "select id from things"));
    }

    [Fact]
    public async Task A_server_whose_main_process_is_killed_comes_back_with_its_data()
    {
        await using var server = await PostgresServer.StartNewAsync(durable: true);
        var database = await server.CreateDatabaseAsync();
        await ExecuteAsync(database, "create table things (id text primary key); insert into things values ('kept')");

        await server.KillAsync();
        await server.StartAsync();

        Assert.Equal("kept", await ScalarAsync(database, "select id from things"));
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<object?> ScalarAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
