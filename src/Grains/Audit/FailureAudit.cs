using System.Collections.Immutable;
using Actors.Storage;
using Microsoft.Extensions.Options;

namespace Actors.Audit;

/// <summary>
/// Writes down what failed: it changes no rows that an entry could ride with, and anybody may cause it, so it is bounded by
/// <see cref="AuditOptions.FailuresPerHour"/>. How many entries were too many is itself an entry, once the next hour has begun.
/// </summary>
internal sealed class FailureAudit(ICommitStore store, IOptions<AuditOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private DateTimeOffset _end;
    private int _taken;
    private int _suppressed;

    /// <summary>The entry, durable once this returns; or nothing, if there were too many.</summary>
    public async Task AppendAsync(AuditNote note, string entityId)
    {
        if (Take(note, entityId) is { IsEmpty: false } entries)
        {
            await AuditRows.AppendAsync(store, entries);
        }
    }

    /// <summary>As <see cref="AppendAsync"/>, for a commit that is made anyway.</summary>
    public ImmutableArray<RowChange> Rows(AuditNote note, string entityId) => [.. Take(note, entityId).Select(AuditRows.Table.Insert)];

    private ImmutableArray<AuditEntry> Take(AuditNote note, string entityId)
    {
        var now = time.GetStorableNow();
        lock (_gate)
        {
            var suppressed = 0;
            if (now >= _end)
            {
                (_end, _taken, suppressed, _suppressed) = (now + Window, 0, _suppressed, 0);
            }

            if (_taken >= options.Value.FailuresPerHour)
            {
                _suppressed++;
                return [];
            }

            _taken++;
            var entry = AuditRows.Write(note, entityId, now);
            return suppressed == 0 ? [entry] : [entry, Summary(suppressed, now)];
        }
    }

    private static AuditEntry Summary(int suppressed, DateTimeOffset now)
    {
        var note = new AuditNote(AuditActions.Suppressed, AuditEntities.Audit, AuditChanges.Of(("entries", null, suppressed)))
        {
            Actor = AuditActor.Of(Caller.System),
        };
        return AuditRows.Write(note, "failures", now) with { Ip = null, RequestId = null };
    }
}
