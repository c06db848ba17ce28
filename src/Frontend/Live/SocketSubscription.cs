namespace Actors.Live;

/// <summary>One topic of a socket.</summary>
internal sealed class SocketSubscription(TopicStream stream, AckWindow? window, CancellationToken over) : IDisposable
{
    private string _token = stream.Token;

    public TopicStream Stream => stream;

    /// <summary>Null if the client acknowledges nothing.</summary>
    public AckWindow? Window => window;

    public CancellationTokenSource Stop { get; } = CancellationTokenSource.CreateLinkedTokenSource(over);

    /// <summary>Ends when nothing more is sent.</summary>
    public Task Done { get; set; } = Task.CompletedTask;

    /// <summary>Where the topic goes on after what was sent or passed by.</summary>
    public string Token
    {
        get => Volatile.Read(ref _token);
        set => Volatile.Write(ref _token, value);
    }

    /// <summary>The last token that the client was told.</summary>
    public string ToldToken { get; set; } = stream.Token;

    /// <summary>Ends it, if it has not ended by itself.</summary>
    public async Task EndAsync()
    {
        try
        {
            await Stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }

        await Done;
    }

    public void Dispose()
    {
        stream.Dispose();
        Stop.Dispose();
    }
}
