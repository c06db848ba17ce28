namespace Actors.Live;

/// <summary>Bounds the events of a topic that a client has been sent and has not acknowledged.</summary>
internal sealed class AckWindow(int size)
{
    private readonly Lock _gate = new();
    private readonly Queue<string> _sent = new();
    private TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until one more event may be sent, and notes its token.</summary>
    public async Task EnterAsync(string token, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task freed;
            lock (_gate)
            {
                if (_sent.Count < size)
                {
                    _sent.Enqueue(token);
                    return;
                }

                freed = _freed.Task;
            }

            await freed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The client has dealt with everything up to the event of this token; false if there is no such event under way.</summary>
    public bool Acknowledge(string token)
    {
        lock (_gate)
        {
            if (!_sent.Contains(token))
            {
                return false;
            }

            while (_sent.Dequeue() != token)
            {
            }

            var freed = _freed;
            _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            freed.SetResult();
            return true;
        }
    }
}
