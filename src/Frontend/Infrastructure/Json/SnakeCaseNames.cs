using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Actors.Infrastructure.Json;

/// <summary>Lets a request name a field in camelCase or snake_case.</summary>
internal static class SnakeCaseNames
{
    /// <summary>Adds a write-only snake_case twin to each property of a request type.</summary>
    public static void Accept(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || !type.Type.Name.EndsWith("Request", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var property in type.Properties.ToArray())
        {
            var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            if (property.Set is null || property.Get is null || string.Equals(name, property.Name, StringComparison.Ordinal))
            {
                continue;
            }

            var set = RefuseSecond(property, property.Get, property.Set);
            var twin = type.CreateJsonPropertyInfo(property.PropertyType, name);
            twin.CustomConverter = property.CustomConverter;
            twin.Set = set;
            property.Set = set;
            type.Properties.Add(twin);
        }
    }

    // {"stepCode":"A","step_code":"B"} is a duplicate that the reader cannot see: two names, one field.
    private static Action<object, object?> RefuseSecond(
        JsonPropertyInfo property, Func<object, object?> get, Action<object, object?> set)
    {
        var unset = property.PropertyType.IsValueType ? Activator.CreateInstance(property.PropertyType) : null;
        return (target, value) =>
        {
            if (!Equals(get(target), unset))
            {
                throw new WireException($"Given twice, as '{property.Name}' in two spellings.");
            }

            set(target, value);
        };
    }
}
