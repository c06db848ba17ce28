namespace Actors.Docs;

public sealed class SqlNamesTests
{
    [Fact]
    public void Tables_and_columns_are_names_and_constraints_are_not()
    {
        var names = SqlNames.Of("""
            -- create table ghosts (id text);
            create table if not exists work_orders (
                id text primary key,
                status text not null check (status in ('draft', 'released')), -- code text
                "position" bigint,
                primary key (id, status),
                constraint x unique (status)
            );
            CREATE TABLE users(email text);
            alter table users add column tier text;
            """);

        Assert.Equal<IEnumerable<string>>(
            ["users", "users.email", "users.tier", "work_orders", "work_orders.id", "work_orders.position", "work_orders.status"],
            names.Order(StringComparer.Ordinal));
    }
}
