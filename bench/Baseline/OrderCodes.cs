using Npgsql;

namespace Actors.Bench;

/// <summary>Numbers of new orders, reserved in blocks as the product does, so that a number costs no round trip.</summary>
internal sealed class OrderCodes : IDisposable
{
    private const int BlockSize = 100;

    private readonly NpgsqlDataSource _source;
    private readonly SemaphoreSlim _gate = new(1);
    private long _next;
    private long _end;

    private OrderCodes(NpgsqlDataSource source) => _source = source;

    public static async Task<OrderCodes> CreateAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand($"create sequence if not exists baseline_codes increment {BlockSize}");
        await command.ExecuteNonQueryAsync();
        return new(source);
    }

    public async ValueTask<string> NextAsync(DateTimeOffset now)
    {
        await _gate.WaitAsync();
        try
        {
            if (_next == _end)
            {
                await using var command = _source.CreateCommand("select nextval('baseline_codes')");
                _next = (long)(await command.ExecuteScalarAsync())!;
                _end = _next + BlockSize;
            }

            return $"WO-{now.Year}-{_next++:D6}";
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
