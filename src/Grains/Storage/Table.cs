namespace Actors.Storage;

/// <summary>Type of a column, as every storage provider can hold it.</summary>
public enum ColumnType
{
    /// <summary>Text without U+0000.</summary>
    Text,

    /// <summary>64-bit integer.</summary>
    Integer,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A moment in UTC, to the millisecond.</summary>
    Timestamp,

    /// <summary>A JSON value as text.</summary>
    Json,

    /// <summary>Bytes.</summary>
    Bytes,
}

/// <summary>A column as a storage provider sees it.</summary>
/// <param name="Name">Name in the database.</param>
/// <param name="Type">Type of its values.</param>
/// <param name="IsKey">Whether it is part of the primary key.</param>
public sealed record Column(string Name, ColumnType Type, bool IsKey);

/// <summary>A table that commits write to: its columns, and how to take their values from a row.</summary>
public abstract class Table(string name)
{
    /// <summary>Name in the database.</summary>
    public string Name { get; } = name;

    /// <summary>The columns, key columns first.</summary>
    public abstract IReadOnlyList<Column> Columns { get; }

    /// <summary>One column of many rows, as an array of the column's own type (no boxing): for multi-row statements.</summary>
    public abstract Array Collect(int column, IReadOnlyList<object> rows);

    /// <summary>One column of one row: for single-row statements.</summary>
    public abstract object? Value(int column, object row);
}

/// <summary>A table whose rows are made of <typeparamref name="TRow"/>. Declared once, as a static of its feature.</summary>
public sealed class Table<TRow>(string name) : Table(name) where TRow : class
{
    private readonly List<Column> _columns = [];
    private readonly List<IReader> _readers = [];

    public override IReadOnlyList<Column> Columns => _columns;

    public Table<TRow> Key(string name, Func<TRow, string> value) => Add(name, ColumnType.Text, value, isKey: true);

    public Table<TRow> Text(string name, Func<TRow, string?> value) => Add(name, ColumnType.Text, value);

    public Table<TRow> Integer(string name, Func<TRow, long> value) => Add(name, ColumnType.Integer, value);

    public Table<TRow> OptionalInteger(string name, Func<TRow, long?> value) => Add(name, ColumnType.Integer, value);

    public Table<TRow> Boolean(string name, Func<TRow, bool> value) => Add(name, ColumnType.Boolean, value);

    public Table<TRow> Timestamp(string name, Func<TRow, DateTimeOffset?> value) => Add(name, ColumnType.Timestamp, value);

    public Table<TRow> Json(string name, Func<TRow, string?> value) => Add(name, ColumnType.Json, value);

    public Table<TRow> Bytes(string name, Func<TRow, byte[]?> value) => Add(name, ColumnType.Bytes, value);

    public RowChange Insert(TRow row) => new(this, RowOperation.Insert, row);

    public RowChange Update(TRow row) => new(this, RowOperation.Update, row);

    public RowChange Upsert(TRow row) => new(this, RowOperation.Upsert, row);

    public RowChange Delete(TRow row) => new(this, RowOperation.Delete, row);

    public override Array Collect(int column, IReadOnlyList<object> rows) => _readers[column].Collect(rows);

    public override object? Value(int column, object row) => _readers[column].Value((TRow)row);

    private Table<TRow> Add<TValue>(string name, ColumnType type, Func<TRow, TValue> value, bool isKey = false)
    {
        if (isKey && _columns.Exists(c => !c.IsKey))
        {
            throw new InvalidOperationException($"Key columns come first: {Name}.{name}.");
        }

        _columns.Add(new Column(name, type, isKey));
        _readers.Add(new Reader<TValue>(value));
        return this;
    }

    private interface IReader
    {
        Array Collect(IReadOnlyList<object> rows);

        object? Value(TRow row);
    }

    private sealed class Reader<TValue>(Func<TRow, TValue> value) : IReader
    {
        public Array Collect(IReadOnlyList<object> rows)
        {
            var values = new TValue[rows.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = value((TRow)rows[i]);
            }

            return values;
        }

        public object? Value(TRow row) => value(row);
    }
}
