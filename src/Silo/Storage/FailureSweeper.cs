using System.Data.Common;
using Actors.Users;
using Microsoft.Extensions.Options;

namespace Actors.Storage;

/// <summary>Forgets failed sign-ins that are older than <see cref="LockoutOptions.Memory"/>.</summary>
internal sealed class FailureSweeper(
    DbDataSource source, IOptions<LockoutOptions> options, TimeProvider time, ILogger<FailureSweeper> logger)
    : Sweeper(TimeSpan.FromMinutes(10), time, logger)
{
    private readonly TimeProvider _time = time;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        // Nobody who is still locked: a lock is shorter than the memory.
        await using var command = source.CreateCommand("delete from sign_in_failures where last_failed_at < @limit");
        var limit = command.CreateParameter();
        (limit.ParameterName, limit.Value) = ("limit", _time.GetUtcNow() - options.Value.Memory);
        command.Parameters.Add(limit);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
