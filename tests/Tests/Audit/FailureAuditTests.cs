using Actors.Storage;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Actors.Audit;

/// <summary>What failed is written down, but a flood of it is not.</summary>
public sealed class FailureAuditTests
{
    private static readonly AuditNote Failed = new(AuditActions.LogInFailed, AuditEntities.User) { Actor = AuditActor.Nobody };

    private readonly FakeTimeProvider _time = new(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly Store _store = new();

    [Fact]
    public async Task Beyond_the_limit_entries_are_only_counted_and_the_next_hour_tells_how_many()
    {
        var audit = Audit(perHour: 3);
        for (var i = 0; i < 10; i++)
        {
            await audit.AppendAsync(Failed, "u");
        }

        Assert.Equal(3, _store.Entries.Count);
        _time.Advance(TimeSpan.FromHours(1));
        await audit.AppendAsync(Failed, "u");

        Assert.Equal([AuditActions.LogInFailed, AuditActions.Suppressed], _store.Entries.Skip(3).Select(e => e.Action));
        Assert.Equal("""{"entries":{"before":null,"after":7}}""", _store.Entries[^1].Changes);
        Assert.Equal(PrincipalType.System, _store.Entries[^1].ActorType);
    }

    [Fact]
    public async Task What_rides_in_another_commit_counts_too()
    {
        var audit = Audit(perHour: 1);

        Assert.Single(audit.Rows(Failed, "u"));
        Assert.Empty(audit.Rows(Failed, "u"));
        await audit.AppendAsync(Failed, "u");

        Assert.Empty(_store.Entries);
    }

    [Fact]
    public async Task A_failure_that_cannot_be_written_down_is_told()
    {
        _store.Outcome = CommitOutcome.NotWritten;

        Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<AppException>(() => Audit(perHour: 1).AppendAsync(Failed, "u"))).Kind);
    }

    private FailureAudit Audit(int perHour) => new(_store, Options.Create(new AuditOptions { FailuresPerHour = perHour }), _time);

    private sealed class Store : ICommitStore
    {
        public List<AuditEntry> Entries { get; } = [];

        public CommitOutcome Outcome { get; set; } = CommitOutcome.Committed;

        public Task<CommitOutcome> CommitAsync(Commit commit)
        {
            Entries.AddRange([(AuditEntry)commit.Root.Row, .. commit.Rows.Select(r => (AuditEntry)r.Row)]);
            return Task.FromResult(Outcome);
        }
    }
}
