using System.Collections.Immutable;
using System.Globalization;

namespace Actors.Storage;

/// <summary>An entity made to break every kind of constraint. Its id is a word, so that tests read well.</summary>
internal sealed record Order(string Id, long Version)
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, 250, TimeSpan.Zero);

    public static readonly Table<Order> Table = new Table<Order>("spec_orders")
        .Key("id", o => o.Id)
        .Integer("version", o => o.Version)
        .Text("code", o => o.Code)
        .Integer("quantity", o => o.Quantity)
        .Boolean("done", o => o.Done)
        .Timestamp("at", o => o.At)
        .Json("data", o => o.Data)
        .Bytes("picture", o => o.Picture);

    public string? Code { get; init; }

    public long Quantity { get; init; }

    public bool Done { get; init; }

    public DateTimeOffset? At { get; init; }

    public string? Data { get; init; }

    public byte[]? Picture { get; init; }
}

internal sealed record Line(string OrderId, string Name, long Amount = 1)
{
    public static readonly Table<Line> Table = new Table<Line>("spec_lines")
        .Key("order_id", l => l.OrderId)
        .Key("name", l => l.Name)
        .Integer("amount", l => l.Amount);
}

/// <summary>Appended, never changed; numbered by the database.</summary>
internal sealed record Entry(string OrderId, long Version, string Text)
{
    public static readonly Table<Entry> Table = new Table<Entry>("spec_entries")
        .Text("order_id", e => e.OrderId)
        .Integer("version", e => e.Version)
        .Text("text", e => e.Text);
}

internal static class SpecTables
{
    // SQLite takes these types as names only.
    public static string Create(bool isSqlite) =>
        $"""
        create table spec_orders (
            id text primary key, version bigint not null, code text unique, quantity bigint not null check (quantity >= 0),
            done boolean not null, at timestamptz, data jsonb, picture bytea);
        create table spec_lines (
            order_id text not null references spec_orders (id), name text not null, amount bigint not null,
            primary key (order_id, name));
        create table spec_entries (
            position {(isSqlite ? "integer primary key autoincrement" : "bigint generated always as identity primary key")},
            order_id text not null references spec_orders (id), version bigint not null, text text not null, unique (order_id, version, text));
        """;

    public static Commit New(Order order, params RowChange[] rows) => Next(order with { Version = 1 }, expected: 0, rows);

    public static Commit Next(Order order, long expected, params RowChange[] rows) => new()
    {
        Id = order.Id,
        ExpectedVersion = expected,
        Root = expected == 0 ? Order.Table.Insert(order) : Order.Table.Update(order),
        Rows = [.. rows],
    };

    public static Order Named(string id) => new(id, 1);

    public static IdempotencyRecord Key(string resource, string key) =>
        new(resource, "caller", key, "hash", [1, 2, 3], Order.Noon);

    public static ImmutableArray<Commit> Many(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Named(string.Create(CultureInfo.InvariantCulture, $"order-{i:D4}"))).Select(o => New(o, Line.Table.Insert(new Line(o.Id, "a"))))];
}
