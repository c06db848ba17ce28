using System.Buffers.Binary;
using System.Text.Json;

namespace Actors.Models;

/// <summary>A GLB file taken apart: a header of 12 bytes, a chunk of JSON, and one of binary data.</summary>
/// <param name="Document">What the JSON says.</param>
/// <param name="Binary">The binary data; empty if there is none.</param>
internal sealed record GlbContainer(GlbDocument Document, ReadOnlyMemory<byte> Binary)
{
    private const int HeaderBytes = 12;
    private const int ChunkHeaderBytes = 8;
    private const int MaxJsonBytes = 4 * 1024 * 1024;
    private const uint Json = 0x4E4F534A;
    private const uint Bin = 0x004E4942;

    public static GlbContainer Open(ReadOnlyMemory<byte> file)
    {
        if (file.Length < HeaderBytes || !file.Span.StartsWith("glTF"u8))
        {
            throw ModelFailures.Invalid("It does not begin as a GLB does.");
        }

        if (Number(file, 4) != 2 || Number(file, 8) != file.Length)
        {
            throw ModelFailures.Invalid("It is not of version 2, or not as long as it says.");
        }

        var rest = file[HeaderBytes..];
        var json = NextChunk(ref rest, Json) ?? throw ModelFailures.Invalid("Its first part is not JSON.");
        return new(Parse(json), NextChunk(ref rest, Bin) ?? default);
    }

    /// <summary>Takes the next chunk, if it is of the type.</summary>
    private static ReadOnlyMemory<byte>? NextChunk(ref ReadOnlyMemory<byte> rest, uint type)
    {
        if (rest.IsEmpty)
        {
            return null;
        }

        if (rest.Length < ChunkHeaderBytes || Number(rest, 0) is var length && length > rest.Length - ChunkHeaderBytes)
        {
            throw ModelFailures.Invalid("A part of it is longer than the file.");
        }

        if (Number(rest, 4) != type)
        {
            return null;
        }

        var chunk = rest.Slice(ChunkHeaderBytes, (int)length);
        rest = rest[(ChunkHeaderBytes + chunk.Length)..];
        return chunk;
    }

    private static GlbDocument Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxJsonBytes)
        {
            throw ModelFailures.TooLarge($"Its JSON has more than {MaxJsonBytes} bytes.");
        }

        try
        {
            return JsonSerializer.Deserialize(json.Span, GlbJson.Default.GlbDocument) ?? throw ModelFailures.Invalid("Its JSON is empty.");
        }
        catch (JsonException fault)
        {
            throw ModelFailures.Invalid("Its JSON is no glTF.", fault);
        }
    }

    private static uint Number(ReadOnlyMemory<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[at..]);
}
