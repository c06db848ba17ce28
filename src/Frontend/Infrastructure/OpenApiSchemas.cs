using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Actors.Infrastructure.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Actors.Infrastructure;

/// <summary>Describes what our converters read and write; the framework cannot look into a converter.</summary>
internal static class OpenApiSchemas
{
    /// <summary>Sets right what the exporter could not know of <paramref name="schema"/>.</summary>
    public static async Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (context.JsonPropertyInfo?.CustomConverter is EmbeddedJsonConverter || type == typeof(JsonObjectText))
        {
            schema.Type = JsonSchemaType.Object | Null(context);
        }
        else if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. WireName.All(type).Select(name => (JsonNode)name)];
        }
        else if (type == typeof(string))
        {
            schema.Type = JsonSchemaType.String | Null(context);
        }
        else if (type == typeof(DateTimeOffset))
        {
            (schema.Type, schema.Format) = (JsonSchemaType.String | Null(context), "date-time");
        }
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>))
        {
            var value = Nullable.GetUnderlyingType(type.GetGenericArguments()[0]) ?? type.GetGenericArguments()[0];
            var described = await context.GetOrCreateSchemaAsync(value, cancellationToken: cancellationToken);
            (schema.Type, schema.Format) = (described.Type | JsonSchemaType.Null, described.Format);
            schema.Enum = described.Enum is { Count: > 0 } names ? [.. names, null!] : null;
        }
        else if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            DescribeObject(schema, context.JsonTypeInfo);
        }
    }

    // Requests refuse fields that they do not know; answers may get new ones, and readers must bear them.
    private static void DescribeObject(OpenApiSchema schema, JsonTypeInfo type)
    {
        if (!type.Type.Name.EndsWith("Request", StringComparison.Ordinal))
        {
            schema.AdditionalPropertiesAllowed = true;
            schema.Required = type.Properties.Where(IsAlwaysWritten).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
            return;
        }

        foreach (var name in schema.Properties?.Keys.Where(name => name.Contains('_')).ToList() ?? [])
        {
            schema.Properties!.Remove(name); // the snake_case twins work, but one spelling is enough to tell
        }
    }

    private static bool IsAlwaysWritten(JsonPropertyInfo property) =>
        property.AttributeProvider?.IsDefined(typeof(JsonIgnoreAttribute), inherit: false) != true;

    private static JsonSchemaType Null(OpenApiSchemaTransformerContext context) =>
        Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) is not null
        || context.JsonPropertyInfo is { IsGetNullable: true } or { IsSetNullable: true }
            ? JsonSchemaType.Null
            : default;
}
