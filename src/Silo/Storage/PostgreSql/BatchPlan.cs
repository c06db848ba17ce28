using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;

namespace Actors.Storage.PostgreSql;

/// <summary>Turns batches into commands; keeps the SQL text of every shape (set of groups) it has met.</summary>
internal sealed class BatchPlan
{
    // Far more than an application has; bounds memory if it has more, at the price of writing the text again.
    private const int MaxShapes = 2_048;

    private readonly Lock _gate = new();
    private readonly Dictionary<RowGroup, char> _numbers = [];
    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>The command that writes <paramref name="batch"/> and returns the index of each commit that passed.</summary>
    public NpgsqlCommand Command(IReadOnlyList<Commit> batch)
    {
        var groups = Group(batch);
        var command = new NpgsqlCommand(Text(groups));
        foreach (var group in groups)
        {
            group.AddParameters(command.Parameters);
        }

        return command;
    }

    private List<GroupRows> Group(IReadOnlyList<Commit> batch)
    {
        var groups = new Dictionary<RowGroup, GroupRows>();
        for (var item = 0; item < batch.Count; item++)
        {
            var commit = batch[item];
            Rows(groups, new RowGroup(IsRoot: true, commit.Root.Table, commit.RootOperation())).AddRoot(item, commit.ExpectedVersion, commit.Root.Row);
            foreach (var change in commit.Rows)
            {
                Rows(groups, new RowGroup(IsRoot: false, change.Table, change.Operation)).Add(item, change.Row);
            }

            if (commit.Idempotency is { } record)
            {
                Rows(groups, new RowGroup(IsRoot: false, IdempotencyRecord.Table, RowOperation.Insert)).Add(item, record);
            }
        }

        var ordered = groups.Values.ToList();
        ordered.Sort(static (x, y) => x.Number.CompareTo(y.Number));
        return ordered;
    }

    private GroupRows Rows(Dictionary<RowGroup, GroupRows> groups, RowGroup key)
    {
        if (!groups.TryGetValue(key, out var rows))
        {
            rows = new GroupRows(key, Number(key));
            groups.Add(key, rows);
        }

        return rows;
    }

    private char Number(RowGroup key)
    {
        lock (_gate)
        {
            if (!_numbers.TryGetValue(key, out var number))
            {
                number = (char)_numbers.Count;
                _numbers.Add(key, number);
            }

            return number;
        }
    }

    private string Text(List<GroupRows> groups)
    {
        var shape = string.Create(groups.Count, groups, static (span, groups) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = groups[i].Number;
            }
        });
        if (_texts.TryGetValue(shape, out var text))
        {
            return text;
        }

        if (_texts.Count >= MaxShapes)
        {
            _texts.Clear();
        }

        return _texts[shape] = BatchSql.Write([.. groups.Select(g => g.Key)]);
    }

    private sealed class GroupRows(RowGroup key, char number)
    {
        private readonly List<int> _items = [];
        private readonly List<long> _expected = [];
        private readonly List<object> _rows = [];

        public RowGroup Key => key;

        public char Number => number;

        public void AddRoot(int item, long expected, object row)
        {
            _expected.Add(expected);
            Add(item, row);
        }

        public void Add(int item, object row)
        {
            _items.Add(item);
            _rows.Add(row);
        }

        public void AddParameters(NpgsqlParameterCollection parameters)
        {
            parameters.Add(Parameter(_items.ToArray(), NpgsqlDbType.Integer));
            if (key.IsRoot)
            {
                parameters.Add(Parameter(_expected.ToArray(), NpgsqlDbType.Bigint));
            }

            var columns = key.Table.Columns;
            for (var c = 0; c < columns.Count; c++)
            {
                var values = key.Table.Collect(c, _rows);
                if (values is DateTimeOffset?[] times)
                {
                    ToUtc(times);
                }

                parameters.Add(Parameter(values, TypeOf(columns[c].Type)));
            }
        }

        private static void ToUtc(DateTimeOffset?[] times)
        {
            for (var i = 0; i < times.Length; i++)
            {
                times[i] = times[i]?.ToUniversalTime();
            }
        }

        private static NpgsqlParameter Parameter(Array values, NpgsqlDbType type) =>
            new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };

        private static NpgsqlDbType TypeOf(ColumnType type) => type switch
        {
            ColumnType.Text => NpgsqlDbType.Text,
            ColumnType.Integer => NpgsqlDbType.Bigint,
            ColumnType.Boolean => NpgsqlDbType.Boolean,
            ColumnType.Timestamp => NpgsqlDbType.TimestampTz,
            ColumnType.Json => NpgsqlDbType.Jsonb,
            _ => NpgsqlDbType.Bytea,
        };
    }
}
