using System.Text.Json;
using System.Text.Json.Serialization;

namespace Actors;

/// <summary>Writes an enum as its <see cref="WireName"/>; reads it whatever the case, and never a number.</summary>
public sealed class WireEnumConverter<T> : JsonConverter<T> where T : struct, Enum
{
    /// <inheritdoc />
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && WireName.TryParse<T>(reader.GetString(), out var value)
            ? value
            : throw new JsonException($"Must be one of {string.Join(", ", WireName.All<T>())}.");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(WireName.Of(value));
}
