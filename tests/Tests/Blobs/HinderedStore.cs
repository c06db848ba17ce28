using System.Collections.Immutable;

namespace Actors.Blobs;

/// <summary>A store whose reads a test can hold up, and whose next put it can let fail.</summary>
internal sealed class HinderedStore(IBlobStore store) : IBlobStore
{
    private volatile Gate? _gate;
    private int _failures;

    public bool WillFail => _failures > 0;

    /// <summary>From now on, reads wait at the gate.</summary>
    public Gate Close() => _gate = new Gate();

    public void FailNextPut() => Interlocked.Increment(ref _failures);

    public async Task<BlobPut> PutAsync(string key, Stream content, ExpectedBlob expected, CancellationToken cancellationToken)
    {
        if (WillFail)
        {
            Interlocked.Decrement(ref _failures);
            throw Errors.Unavailable("The store does not answer.");
        }

        return await store.PutAsync(key, content, expected, cancellationToken);
    }

    public async Task<BlobContent?> GetAsync(string key, long from, long? length, CancellationToken cancellationToken)
    {
        if (_gate is { } gate)
        {
            await gate.PassAsync();
        }

        return await store.GetAsync(key, from, length, cancellationToken);
    }

    public Task<StoredBlob?> HeadAsync(string key, CancellationToken cancellationToken) => store.HeadAsync(key, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => store.DeleteAsync(key, cancellationToken);

    public Task<BlobCopy> CopyAsync(string from, string to, CancellationToken cancellationToken) => store.CopyAsync(from, to, cancellationToken);

    public Task<BlobList> ListAsync(string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        store.ListAsync(prefix, after, limit, cancellationToken);

    public Task<string> BeginPartsAsync(string key, string contentType, CancellationToken cancellationToken) =>
        store.BeginPartsAsync(key, contentType, cancellationToken);

    public Task<ImmutableArray<BlobPart>> ListPartsAsync(string key, string upload, CancellationToken cancellationToken) =>
        store.ListPartsAsync(key, upload, cancellationToken);

    public Task<BlobPutStatus> CompletePartsAsync(string key, string upload, ExpectedBlob expected, CancellationToken cancellationToken) =>
        store.CompletePartsAsync(key, upload, expected, cancellationToken);

    public Task AbortPartsAsync(string key, string upload, CancellationToken cancellationToken) => store.AbortPartsAsync(key, upload, cancellationToken);

    public Task<int> DropUnfinishedAsync(DateTimeOffset before, CancellationToken cancellationToken) => store.DropUnfinishedAsync(before, cancellationToken);

    public string SignGet(string key, TimeSpan lifetime, string? disposition) => store.SignGet(key, lifetime, disposition);

    public SignedPut SignPut(string key, ExpectedBlob expected, TimeSpan lifetime) => store.SignPut(key, expected, lifetime);

    public SignedPut SignPutPart(string key, string upload, BlobPart part, TimeSpan lifetime) => store.SignPutPart(key, upload, part, lifetime);

    public sealed class Gate
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>When somebody stands before it.</summary>
        public Task Reached => _reached.Task;

        public void Open() => _opened.SetResult();

        public Task PassAsync()
        {
            _reached.TrySetResult();
            return _opened.Task;
        }
    }
}
