using Actors.Storage;

namespace Actors;

/// <summary>Hands out the numbers 1, 2, 3 … once each. Key: the sequence's name.</summary>
internal interface ISequenceGrain : IGrainWithStringKey
{
    /// <summary>The next number. After a crash, up to a block of numbers is skipped.</summary>
    [Alias("next")]
    Task<long> Next();
}

/// <summary>
/// Reserves numbers in blocks, so that a number costs no write: the row says where the next block starts, and no number of a
/// block is given before the row is durable.
/// </summary>
internal sealed class SequenceGrain(ICommitStore store, Database database) : Grain, ISequenceGrain
{
    private const int BlockSize = 100;

    private static readonly Table<Row> Table = new Table<Row>("sequences")
        .Key("id", r => r.Id)
        .Integer("version", r => r.Version)
        .Integer("next_value", r => r.NextValue);

    private Row _row = new("", 0, 1);
    private long _next;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var id = this.GetPrimaryKeyString();
        _row = await database.FirstAsync(
            "select version, next_value from sequences where id = @id",
            [("id", id)],
            row => new Row(id, row.GetInt64(0), row.GetInt64(1)),
            cancellationToken) ?? new Row(id, 0, 1);
        _next = _row.NextValue;
    }

    public async Task<long> Next()
    {
        if (_next == _row.NextValue)
        {
            await ReserveAsync();
        }

        return _next++;
    }

    private async Task ReserveAsync()
    {
        var reserved = _row with { Version = _row.Version + 1, NextValue = _row.NextValue + BlockSize };
        var outcome = await store.CommitAsync(new Commit
        {
            Id = _row.Id,
            ExpectedVersion = _row.Version,
            Root = _row.Version == 0 ? Table.Insert(reserved) : Table.Update(reserved),
        });
        if (outcome.Status != CommitStatus.Committed)
        {
            if (outcome.Status != CommitStatus.NotWritten)
            {
                DeactivateOnIdle();
            }

            throw Errors.Unavailable("No number could be reserved; repeat the command.");
        }

        _row = reserved;
    }

    private sealed record Row(string Id, long Version, long NextValue);
}
