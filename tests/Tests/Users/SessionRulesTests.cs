using System.Collections.Immutable;
using Actors.WorkOrders;

namespace Actors.Users;

public sealed class SessionRulesTests
{
    private static readonly TokenOptions Options = new();
    private static readonly Device Phone = new("phone", "app/1", "192.0.2.1");
    private static readonly DateTimeOffset Now = WorkOrderBuilder.Now;

    [Fact]
    public void A_login_adds_a_session_at_the_end()
    {
        var state = Open(Open(Registered(), "a"), "b");

        Assert.Equal(["a", "b"], state.Sessions.Select(s => s.Id));
        Assert.Equal(3, state.Version);
    }

    [Fact]
    public void With_too_many_sessions_the_one_unused_for_longest_goes()
    {
        var state = Registered();
        for (var i = 0; i < SessionLimits.PerUser; i++)
        {
            state = Open(state, $"s{i}", Now.AddMinutes(i));
        }

        state = SessionRules.Seen(state, new Dictionary<string, DateTimeOffset> { ["s0"] = Now.AddHours(2) })!.Next!;
        state = Open(state, "new", Now.AddHours(3));

        Assert.Equal(SessionLimits.PerUser, state.Sessions.Length);
        Assert.Contains(state.Sessions, s => s.Id == "s0");
        Assert.DoesNotContain(state.Sessions, s => s.Id == "s1");
    }

    [Fact]
    public void A_session_that_is_over_goes_at_the_next_login()
    {
        var state = Open(Open(Registered(), "old"), "new", Now + Options.RefreshLifetime);

        Assert.Equal(["new"], state.Sessions.Select(s => s.Id));
    }

    [Fact]
    public void The_present_refresh_token_makes_its_successor_the_present_one()
    {
        var state = Open(Registered(), "a");
        var next = SessionRules.Refresh(state, state.Sessions[0], 1, Options, Now.AddDays(1))!.Next!;

        Assert.Equal((2, Now.AddDays(1), Now.AddDays(1) + Options.RefreshLifetime), (next.Sessions[0].Generation, next.Sessions[0].RotatedAt, next.Sessions[0].ExpiresAt));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(30, true)]
    [InlineData(31, false)]
    public void The_token_before_it_changes_nothing_for_half_a_minute_then_it_ends_the_session(int seconds, bool isGrace)
    {
        var state = Open(Registered(), "a");
        state = SessionRules.Refresh(state, state.Sessions[0], 1, Options, Now)!.Next!;

        var change = SessionRules.Refresh(state, state.Sessions[0], 1, Options, Now.AddSeconds(seconds));

        Assert.Equal(isGrace, change is null);
        Assert.True(isGrace || change!.Next!.Sessions.IsEmpty);
    }

    [Fact]
    public void A_still_older_token_ends_the_session_at_once()
    {
        var state = Open(Registered(), "a");
        state = SessionRules.Refresh(state, state.Sessions[0], 1, Options, Now)!.Next!;
        state = SessionRules.Refresh(state, state.Sessions[0], 2, Options, Now)!.Next!;

        Assert.Empty(SessionRules.Refresh(state, state.Sessions[0], 1, Options, Now)!.Next!.Sessions);
    }

    [Fact]
    public void Ending_what_is_not_there_is_no_change() => Assert.Null(SessionRules.End(Open(Registered(), "a"), s => s.Id == "b", "why"));

    [Fact]
    public void Only_rows_that_differ_are_written()
    {
        var before = Open(Open(Registered(), "a"), "b");
        var after = SessionRules.Refresh(before, before.Sessions[1], 1, Options, Now)!.Next!;

        Assert.Equal("b", ((SessionState)Assert.Single(SessionState.Changes(before.Sessions, after.Sessions)).Row).Id);
        Assert.Empty(SessionState.Changes(after.Sessions, after.Sessions));
        Assert.Equal(2, SessionState.Changes(after.Sessions, ImmutableArray<SessionState>.Empty).Length);
    }

    private static UserState Registered() =>
        new(new User { Id = "u", Email = "a@b.example" }, "hash", Version: 1);

    private static UserState Open(UserState state, string id, DateTimeOffset? at = null) => SessionRules.Open(state, id, Phone, "password", Options, at ?? Now).Next!;
}
