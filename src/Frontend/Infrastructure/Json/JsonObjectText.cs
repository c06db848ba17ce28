using System.Text.Json;
using System.Text.Json.Serialization;

namespace Actors.Infrastructure.Json;

/// <summary>A JSON object taken as it is written; the contracts carry it as text.</summary>
/// <param name="Text">The object's text.</param>
[JsonConverter(typeof(JsonObjectTextConverter))]
internal sealed record JsonObjectText(string Text);

/// <summary>Reads an object and refuses what no reader of it could take: broken text, numbers beyond a double, double names.</summary>
internal sealed class JsonObjectTextConverter : JsonConverter<JsonObjectText>
{
    private const int MaxDigits = 400;

    public override JsonObjectText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new WireException("Must be a JSON object.");
        }

        using var document = JsonDocument.ParseValue(ref reader);
        Check(document.RootElement);
        return new JsonObjectText(document.RootElement.GetRawText());
    }

    public override void Write(Utf8JsonWriter writer, JsonObjectText value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Text);

    private static void Check(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(element);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Check(item);
                }

                break;
            case JsonValueKind.String:
                WireText.Checked(element.GetString()!);
                break;
            case JsonValueKind.Number when !IsDouble(element):
                throw new WireException($"Must not contain a number beyond the range of a double, or of more than {MaxDigits} characters.");
        }
    }

    // Neither 1e400 nor 1e-400: readers would make infinity and zero of them, and PostgreSQL keeps no more than 16383 places.
    private static bool IsDouble(JsonElement element)
    {
        var text = element.GetRawText();
        var value = element.GetDouble();
        var mantissa = text.AsSpan(0, text.AsSpan().IndexOfAny('e', 'E') is var end and >= 0 ? end : text.Length);
        return text.Length <= MaxDigits && double.IsFinite(value) && (value != 0 || !mantissa.ContainsAnyInRange('1', '9'));
    }

    private static void CheckObject(JsonElement element)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (!names.Add(WireText.Checked(property.Name)))
            {
                throw new WireException($"Must not contain the name '{property.Name}' twice.");
            }

            Check(property.Value);
        }
    }
}
