namespace Actors.Blobs;

/// <summary>Bytes that come a few at a time, from a stream that knows nothing of its length and may break at its end.</summary>
internal sealed class DrippingStream(byte[] bytes, int chunk = 7_919, bool breaks = false) : Stream
{
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = Math.Min(Math.Min(count, chunk), bytes.Length - _position);
        if (read == 0 && breaks)
        {
            throw new IOException("The line is cut.");
        }

        bytes.AsSpan(_position, read).CopyTo(buffer.AsSpan(offset));
        _position += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
