using System.Text.Json;
using System.Text.Json.Serialization;

namespace Actors.Infrastructure.Json;

/// <summary>Text without U+0000, which PostgreSQL cannot keep; lone surrogates are refused by the reader.</summary>
internal sealed class TextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? null : WireText.Checked(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}

/// <summary>ISO 8601, e.g. <c>2026-03-01T08:00:00Z</c>; UTC unless an offset is given, UTC on the way out.</summary>
internal sealed class TimestampConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        WireText.TryTimestamp(reader.GetString(), out var value) ? value : throw new WireException(WireText.TimestampWanted);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime);
}

/// <summary>Enums by their <see cref="WireName"/>; never by number.</summary>
internal sealed class WireEnumConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(WireEnumConverter<>).MakeGenericType(typeToConvert))!;
}

/// <summary>One enum by its <see cref="WireName"/>.</summary>
internal sealed class WireEnumConverter<T> : JsonConverter<T> where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        WireName.TryParse<T>(reader.GetString(), out var value) ? value : throw new WireException(WireText.OneOf<T>());

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(WireName.Of(value));
}

/// <summary>Tells an absent field from a null one (merge patch).</summary>
internal sealed class OptionalConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options)
    {
        var value = typeToConvert.GetGenericArguments()[0];
        return (JsonConverter)Activator.CreateInstance(
            typeof(OptionalConverter<>).MakeGenericType(value), options.GetConverter(value))!;
    }
}

/// <summary>One kind of optional value; absent ones never reach a converter.</summary>
internal sealed class OptionalConverter<T>(JsonConverter<T> inner) : JsonConverter<Optional<T>>
{
    public override bool HandleNull => true;

    // The inner converter, not the serializer: a second serializer call would report paths from its own root.
    public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.TokenType == JsonTokenType.Null && default(T) is null ? default! : inner.Read(ref reader, typeof(T), options)!);

    public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Optional values are only read.");
}
