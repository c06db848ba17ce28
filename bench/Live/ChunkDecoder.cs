namespace Actors.Bench;

/// <summary>Takes the chunks of an HTTP/1.1 body apart, as they come.</summary>
internal sealed class ChunkDecoder
{
    private Part _part = Part.Size;
    private int _left;

    // 1a3\r\n … \r\n, again and again; 0\r\n\r\n is the end
    private enum Part
    {
        Size,
        Data,
        End,
    }

    /// <summary>Whether the body has ended.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Moves the content of <paramref name="bytes"/> to its start and returns its length.</summary>
    public int Decode(Span<byte> bytes)
    {
        var written = 0;
        for (var read = 0; read < bytes.Length && !IsComplete;)
        {
            switch (_part)
            {
                case Part.Data:
                    var count = Math.Min(_left, bytes.Length - read);
                    bytes.Slice(read, count).CopyTo(bytes[written..]);
                    (read, written, _left) = (read + count, written + count, _left - count);
                    _part = _left == 0 ? Part.End : Part.Data;
                    break;
                case Part.End:
                    _part = bytes[read++] == '\n' ? Part.Size : Part.End;
                    break;
                default:
                    ReadSize(bytes[read++]);
                    break;
            }
        }

        return written;
    }

    private void ReadSize(byte next)
    {
        if (next == '\n')
        {
            IsComplete = _left == 0;
            _part = Part.Data;
        }
        else if (next != '\r')
        {
            _left = (_left * 16) + (char.IsAsciiDigit((char)next) ? next - '0' : (next | 0x20) - 'a' + 10);
        }
    }
}
