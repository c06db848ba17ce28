using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Actors.Audit;
using Actors.Live;
using Actors.Users;
using Actors.WorkOrders;

namespace Actors.Infrastructure.Json;

/// <summary>Contracts carry JSON as text; on the wire it stands as JSON.</summary>
internal static class StoredJson
{
    /// <summary>Writes the JSON properties of <paramref name="type"/> as they are.</summary>
    public static void Embed(JsonTypeInfo type)
    {
        var name = type.Type == typeof(ChatMessage) ? "payload"
            : type.Type == typeof(LiveEvent) ? "data"
            : type.Type == typeof(ProfileView) ? "preferences"
            : type.Type == typeof(AuditEntry) ? "changes"
            : null;
        foreach (var property in type.Properties)
        {
            if (string.Equals(property.Name, name, StringComparison.Ordinal))
            {
                property.CustomConverter = new EmbeddedJsonConverter();
            }
        }
    }
}

/// <summary>Writes text that is JSON already, checked when it was taken in.</summary>
internal sealed class EmbeddedJsonConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Embedded JSON is only written.");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value, skipInputValidation: true);
}
