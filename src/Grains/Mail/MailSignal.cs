using System.Threading.Channels;

namespace Actors.Mail;

/// <summary>Wakes the sender of this silo, so that a mail does not wait for its next look at the outbox.</summary>
public sealed class MailSignal
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>There is a mail.</summary>
    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Returns when there is a mail, or after <paramref name="longest"/>.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(longest, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await _channel.Reader.ReadAsync(end.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody called: time for a look of one's own.
        }
    }
}
