namespace Actors.Live;

/// <summary>An event on its way to one client.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Json">The <see cref="LiveEvent"/>, one line; null if there is nothing to send, and only the token moves on.</param>
/// <param name="Token">Where the topic goes on after it.</param>
internal readonly record struct Frame(string Kind, byte[]? Json, string Token)
{
    /// <summary>Changes passed by that are not for this client.</summary>
    public static Frame Passed(string token) => new("", Json: null, token);
}

/// <summary>
/// One topic for one client: what happened since his token, then what happens, without a gap and without a repetition. Ends after
/// a <see cref="LiveEvent.Closed"/>; a failure of the cluster comes out as an exception, and the client resumes.
/// </summary>
internal abstract class TopicStream(string topic) : IDisposable
{
    /// <summary>Most events of one batch.</summary>
    protected const int BatchSize = 64;

    /// <summary>The topic as the client names it.</summary>
    public string Topic => topic;

    /// <summary>Where the topic goes on after what was given so far.</summary>
    public abstract string Token { get; }

    /// <summary>Whether what was given last is the last: then who has that knows that the topic is over.</summary>
    public virtual bool IsOver => false;

    /// <summary>Begins: refuses who may not see the topic (404) and tokens that are none (400).</summary>
    public abstract Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Events in batches. An empty one comes once: when everything was given that there was, and what follows is live.</summary>
    public abstract IAsyncEnumerable<IReadOnlyList<Frame>> ReadAsync(CancellationToken cancellationToken);

    public abstract void Dispose();
}
