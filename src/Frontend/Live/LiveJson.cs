using System.Text.Json;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Actors.Live;

/// <summary>Writes events as JSON, as answers are written.</summary>
internal sealed class LiveJson(IOptions<JsonOptions> options)
{
    private readonly JsonSerializerOptions _json = options.Value.SerializerOptions;

    /// <summary>One line of JSON in UTF-8, so that a frame of a stream can hold it.</summary>
    public byte[] Write<T>(T value)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, _json);

        // In JSON a line break can only be white space, from text that was stored as it came.
        bytes.AsSpan().Replace((byte)'\n', (byte)' ');
        bytes.AsSpan().Replace((byte)'\r', (byte)' ');
        return bytes;
    }

    /// <summary>Reads a message of a client, as bodies are read.</summary>
    /// <exception cref="JsonException">It is none; described by <c>JsonErrors</c>.</exception>
    public T? Read<T>(ReadOnlySpan<byte> text) => JsonSerializer.Deserialize<T>(text, _json);

    /// <summary>JSON text, e.g. of a snapshot.</summary>
    public string Text<T>(T value) => JsonSerializer.Serialize(value, _json);
}
