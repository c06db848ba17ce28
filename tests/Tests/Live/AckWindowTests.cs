namespace Actors.Live;

public sealed class AckWindowTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_window_waits_for_an_ack()
    {
        var window = new AckWindow(2);
        await window.EnterAsync("1", Cancel);
        await window.EnterAsync("2", Cancel);
        var third = window.EnterAsync("3", Cancel);
        Assert.False(third.IsCompleted);

        Assert.True(window.Acknowledge("1"));

        await third;
    }

    [Fact]
    public async Task An_ack_frees_everything_up_to_its_event()
    {
        var window = new AckWindow(3);
        foreach (var token in new[] { "1", "2", "3" })
        {
            await window.EnterAsync(token, Cancel);
        }

        Assert.True(window.Acknowledge("3"));

        foreach (var token in new[] { "4", "5", "6" })
        {
            Assert.True(window.EnterAsync(token, Cancel).IsCompletedSuccessfully);
        }
    }

    [Fact]
    public async Task What_was_not_sent_or_is_acknowledged_already_is_no_ack()
    {
        var window = new AckWindow(3);
        await window.EnterAsync("1", Cancel);
        Assert.True(window.Acknowledge("1"));

        Assert.False(window.Acknowledge("1"));
        Assert.False(window.Acknowledge("2"));
    }
}
