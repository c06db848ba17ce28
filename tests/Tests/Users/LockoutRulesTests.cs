using Actors.WorkOrders;

namespace Actors.Users;

public sealed class LockoutRulesTests
{
    private static readonly LockoutOptions Options = new();
    private static readonly DateTimeOffset Now = WorkOrderBuilder.Now;

    [Theory]
    [InlineData(4, null)]
    [InlineData(5, 30)]
    [InlineData(6, 60)]
    [InlineData(8, 240)]
    [InlineData(60, 900)]
    public void The_delay_doubles_with_each_failure_up_to_the_longest(int failures, int? seconds)
    {
        var state = new FailureState("a", 0, 0, DateTimeOffset.MinValue, null);
        for (var i = 0; i < failures; i++)
        {
            state = LockoutRules.Fail(state, Options.AccountFailures, Options, Now);
        }

        Assert.Equal(seconds, LockoutRules.Remaining(state, Now)?.TotalSeconds);
        Assert.Null(LockoutRules.Remaining(state, Now + Options.LongestDelay));
    }

    [Fact]
    public void Failures_are_forgotten_after_a_day_without_one()
    {
        var old = new FailureState("a", 9, 20, Now - Options.Memory - TimeSpan.FromSeconds(1), null);

        Assert.Equal(1, LockoutRules.Fail(old, Options.AccountFailures, Options, Now).Failures);
    }
}
