using Actors.Generation;

namespace Actors.Webhooks;

public sealed class WebhookRulesTests
{
    private static readonly NewWebhook Good = new() { Url = "https://example.org/hook?x=1", Secret = "sixteen-characters" };

    [Theory]
    [InlineData("https://example.org", true, true)]
    [InlineData("https://example.org:8443/a/b?c=d", true, true)]
    [InlineData("https://[2001:db8::1]/hook", true, true)]
    [InlineData("http://example.org", false, true)]
    [InlineData("ftp://example.org", false, false)]
    [InlineData("file:///etc/passwd", false, false)]
    [InlineData("javascript:alert(1)", false, false)]
    [InlineData("/hook", false, false)]
    [InlineData("example.org", false, false)]
    [InlineData("https://", false, false)]
    [InlineData("", false, false)]
    [InlineData("https://user@example.org", false, false)]
    [InlineData("https://user:password@example.org", false, false)]
    [InlineData("https://example.org/#part", false, false)]
    [InlineData("https://example.org/a b", false, false)]
    [InlineData(" https://example.org", false, false)]
    [InlineData("https://example.org/\r\nX-Other: 1", false, false)]
    [InlineData("https://例子.org", false, false)]
    public void A_url_is_https_and_names_a_place_alone(string url, bool isTaken, bool isTakenWithHttp)
    {
        Assert.Equal(isTaken, IsTaken(Good with { Url = url }, new()));
        Assert.Equal(isTakenWithHttp, IsTaken(Good with { Url = url }, new() { AllowHttp = true }));
    }

    [Theory]
    [InlineData(2_000, true)]
    [InlineData(2_001, false)]
    public void A_url_has_at_most_2000_characters(int length, bool isTaken) =>
        Assert.Equal(isTaken, IsTaken(Good with { Url = "https://example.org/".PadRight(length, 'x') }));

    [Theory]
    [InlineData("", false)]
    [InlineData("fifteen-letters", false)]
    [InlineData("sixteen-letters!", true)]
    [InlineData("with a space in it", false)]
    [InlineData("with-a-\n-in-the-middle", false)]
    [InlineData("with-ümlaut-in-the-middle", false)]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true)]
    [InlineData("whsec_no-base-64-at-all", false)]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", false)]
    public void A_secret_is_visible_ascii_and_after_its_mark_base_64(string secret, bool isTaken) => Assert.Equal(isTaken, IsTaken(Good with { Secret = secret }));

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void A_secret_has_at_most_256_characters(int length, bool isTaken) => Assert.Equal(isTaken, IsTaken(Good with { Secret = new string('x', length) }));

    [Fact]
    public void Without_events_all_are_told_and_twice_is_once()
    {
        Assert.Equal([WebhookEvent.Created, WebhookEvent.Image, WebhookEvent.Completed, WebhookEvent.Failed], WebhookRules.Of(Good).Events);
        Assert.Equal(
            [WebhookEvent.Created, WebhookEvent.Failed],
            WebhookRules.Of(Good with { Events = [WebhookEvent.Failed, WebhookEvent.Created, WebhookEvent.Failed] }).Events);
        Assert.False(IsTaken(Good with { Events = [] }));
        Assert.False(IsTaken(Good with { Events = [(WebhookEvent)9] }));
    }

    public static TheoryData<string, RequestStatus, WebhookEvent[]> Changes => new()
    {
        { "task.created", RequestStatus.ImagePending, [WebhookEvent.Created] },
        { "image.changed", RequestStatus.ImageGenerating, [] },
        { "image.completed", RequestStatus.ImageGenerating, [WebhookEvent.Image] },
        { "image.completed", RequestStatus.ImageCompleted, [WebhookEvent.Image] },
        { "image.failed", RequestStatus.ImageGenerating, [WebhookEvent.Image] },
        { "image.failed", RequestStatus.ImageCompleted, [WebhookEvent.Image] },
        { "image.failed", RequestStatus.ImageFailed, [WebhookEvent.Image, WebhookEvent.Failed] },
        { "image.selected", RequestStatus.ModelPending, [] },
        { "model.changed", RequestStatus.ModelGenerating, [] },
        { "model.changed", RequestStatus.ModelFailed, [WebhookEvent.Failed] },
        { "task.completed", RequestStatus.Completed, [WebhookEvent.Completed] },
        { "task.cancelled", RequestStatus.Cancelled, [] },
        { "task.deleted", RequestStatus.Completed, [] },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Each_change_is_the_events_that_it_is(string kind, RequestStatus status, WebhookEvent[] events) =>
        Assert.Equal(events, WebhookRules.EventsOf(kind, new(status, RequestPhase.ImageGeneration, null)).ToArray());

    // The example of the specification's own libraries.
    [Fact]
    public void The_signature_is_that_of_standard_webhooks() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSecret.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""));

    private static bool IsTaken(NewWebhook webhook, WebhookOptions? options = null)
    {
        try
        {
            new Validator().Webhook(webhook, options ?? new()).ThrowIfInvalid();
            return true;
        }
        catch (AppException refused) when (refused.Code == Errors.ValidationFailed)
        {
            return false;
        }
    }
}
