namespace Actors.Blobs;

/// <summary>Some files as one stream, one after another; each is opened when its turn comes.</summary>
internal sealed class JoinedFiles(IEnumerable<string> paths) : Stream
{
    private readonly IEnumerator<string> _paths = paths.GetEnumerator();
    private FileStream? _file;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_file is not null && await _file.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                return read;
            }

            if (!_paths.MoveNext())
            {
                return 0;
            }

            await CloseAsync();
            _file = new FileStream(
                _paths.Current, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file?.Dispose();
            _paths.Dispose();
        }

        base.Dispose(disposing);
    }

    private ValueTask CloseAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;
}
