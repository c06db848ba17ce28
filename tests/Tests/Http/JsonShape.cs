using System.Text.Json;

namespace Actors.Http;

/// <summary>
/// Holds JSON against the part of JSON Schema that our OpenAPI document uses, and throws at a keyword beyond it. Stricter in one
/// thing: a property that is not described is a problem too, unless the object is described as open by a schema of its values.
/// </summary>
public sealed class JsonShape(JsonElement document)
{
    private static readonly string[] Known =
        ["$ref", "type", "enum", "oneOf", "anyOf", "properties", "required", "items", "additionalProperties", "format", "description"];

    /// <summary>Where and how the value is not as described, one clause each.</summary>
    public IEnumerable<string> Problems(JsonElement value, JsonElement schema, string at = "$")
    {
        var strange = schema.EnumerateObject().Select(k => k.Name).Except(Known, StringComparer.Ordinal).FirstOrDefault();
        if (strange is not null)
        {
            throw new NotSupportedException($"The schema of {at} has the keyword '{strange}', which this check does not know.");
        }

        return schema.EnumerateObject().SelectMany(keyword => keyword.Name switch
        {
            "$ref" => Problems(value, Resolve(keyword.Value.GetString()!), at),
            "type" => Unless(Types(keyword.Value).Any(t => IsOfType(value, t)), $"{at} is {value.ValueKind}, not {keyword.Value}"),
            "enum" => Unless(keyword.Value.EnumerateArray().Any(e => JsonElement.DeepEquals(e, value)), $"{at} is none of {keyword.Value}"),
            "format" => Unless(IsOfFormat(value, keyword.Value.GetString()!), $"{at} is no {keyword.Value}: {value}"),
            "oneOf" => Choices(value, keyword.Value, at, n => n == 1),
            "anyOf" => Choices(value, keyword.Value, at, n => n > 0),
            "required" => Missing(value, keyword.Value, at),
            "properties" => value.ValueKind == JsonValueKind.Object ? OfProperties(value, schema, at) : [],
            "items" => value.ValueKind == JsonValueKind.Array
                ? value.EnumerateArray().SelectMany((item, i) => Problems(item, keyword.Value, $"{at}[{i}]"))
                : [],
            _ => [],
        });
    }

    private IEnumerable<string> Choices(JsonElement value, JsonElement schemas, string at, Func<int, bool> isRight)
    {
        var problems = schemas.EnumerateArray().Select(s => Problems(value, s, at).ToList()).ToList();
        return isRight(problems.Count(p => p.Count == 0)) ? [] : [$"{at} fits {problems.Count(p => p.Count == 0)} of its schemas", .. problems[^1]];
    }

    private static IEnumerable<string> Missing(JsonElement value, JsonElement required, string at) =>
        value.ValueKind != JsonValueKind.Object
            ? []
            : required.EnumerateArray().Select(r => r.GetString()!).Where(r => !value.TryGetProperty(r, out _)).Select(r => $"{at}.{r} is missing");

    private IEnumerable<string> OfProperties(JsonElement value, JsonElement schema, string at)
    {
        var described = schema.GetProperty("properties");
        foreach (var property in value.EnumerateObject())
        {
            var inner = $"{at}.{property.Name}";
            var isDescribed = described.TryGetProperty(property.Name, out var own);
            var isOpen = schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind == JsonValueKind.Object;
            foreach (var problem in isDescribed || isOpen ? Problems(property.Value, isDescribed ? own : others, inner) : [$"{inner} is not described"])
            {
                yield return problem;
            }
        }
    }

    private static IEnumerable<string> Unless(bool holds, string problem) => holds ? [] : [problem];

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "string" => value.ValueKind == JsonValueKind.String,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => throw new NotSupportedException($"There is no type '{type}'."),
    };

    // A format says nothing about values of another type, e.g. null.
    private static bool IsOfFormat(JsonElement value, string format) => (format, value.ValueKind) switch
    {
        ("date-time", JsonValueKind.String) => value.TryGetDateTimeOffset(out _),
        ("int32", JsonValueKind.Number) => value.TryGetInt32(out _),
        ("int64", JsonValueKind.Number) => value.TryGetInt64(out _),
        _ => true,
    };

    // "#/components/schemas/WorkOrder"
    private JsonElement Resolve(string reference) =>
        reference.Split('/').Skip(1).Aggregate(document, (element, name) => element.GetProperty(name));
}
