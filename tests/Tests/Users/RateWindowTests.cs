using Actors.WorkOrders;

namespace Actors.Users;

public sealed class RateWindowTests
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(15);

    [Fact]
    public void A_window_begins_with_its_first_request_and_lets_exactly_the_limit_pass()
    {
        var (window, now) = (new RateWindow(), WorkOrderBuilder.Now);

        Assert.Equal(new RateDecision(true, 2, 1, 900), window.Take(2, Length, now));
        Assert.Equal(new RateDecision(true, 2, 0, 840), window.Take(2, Length, now.AddMinutes(1)));
        Assert.Equal(new RateDecision(false, 2, 0, 1), window.Take(2, Length, now + Length - TimeSpan.FromMilliseconds(1)));
        Assert.Equal(new RateDecision(true, 2, 1, 900), window.Take(2, Length, now + Length));
    }

    [Fact]
    public void Zero_is_no_limit() => Assert.Equal(RateDecision.Unlimited, new RateWindow().Take(0, Length, WorkOrderBuilder.Now));

    [Fact]
    public void A_refusal_says_when_it_may_fare_better()
    {
        var refusal = new RateDecision(false, 2, 0, 77).Refusal();

        Assert.Equal(("RATE_LIMIT_EXCEEDED", "Rate limit exceeded", 77), (refusal.Code, refusal.Message, refusal.RetryAfter!.Value.TotalSeconds));
    }
}
