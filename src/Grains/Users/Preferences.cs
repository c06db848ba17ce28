using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Actors.Users;

/// <summary>What programs keep for a user: a JSON object within limits. Pure.</summary>
internal static class Preferences
{
    private const string Field = "preferences";

    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = ProfileLimits.PreferencesDepth, AllowDuplicateProperties = false };

    /// <summary>The preferences after a command that gives some; null if it clears them.</summary>
    public static string? Next(string? present, ChangeProfile command)
    {
        if (command.Preferences.Value is not { } text)
        {
            return null;
        }

        var given = Read(text);
        var next = command.MergesPreferences ? Merge(present is null ? null : Read(present), given) : given;
        if (SizeOf(next) > ProfileLimits.PreferencesBytes)
        {
            throw Errors.Invalid(Field, $"must be at most {ProfileLimits.PreferencesBytes} bytes");
        }

        // The database writes it in its own way: the same is the same.
        return present is not null && JsonNode.DeepEquals(Read(present), next) ? present : next.ToJsonString(AsWritten);
    }

    /// <summary>RFC 7396: objects are merged name by name, null takes a name away, anything else replaces what was there.</summary>
    public static JsonObject Merge(JsonObject? target, JsonObject patch)
    {
        var merged = target?.DeepClone().AsObject() ?? [];
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    merged.Remove(name);
                    break;
                case JsonObject change:
                    merged[name] = Merge(merged[name] as JsonObject, change);
                    break;
                default:
                    merged[name] = value.DeepClone();
                    break;
            }
        }

        return merged;
    }

    private static JsonObject Read(string text)
    {
        try
        {
            return JsonNode.Parse(text, nodeOptions: null, Reading) as JsonObject ?? throw Errors.Invalid(Field, "must be a JSON object");
        }
        catch (JsonException)
        {
            throw Errors.Invalid(Field, $"must be a JSON object, at most {ProfileLimits.PreferencesDepth} deep, with no name twice");
        }
    }

    // PostgreSQL writes numbers out: 1e300 comes back as 301 digits.
    private static long SizeOf(JsonNode? node) => node switch
    {
        null => 4,
        JsonObject members => 2 + members.Sum(m => Encoding.UTF8.GetByteCount(m.Key) + 4 + SizeOf(m.Value)),
        JsonArray items => 2 + items.Sum(i => 1 + SizeOf(i)),
        _ when node.GetValueKind() == JsonValueKind.Number => LengthOf(node.ToJsonString()),
        _ => Encoding.UTF8.GetByteCount(node.ToJsonString(AsWritten)),
    };

    private static long LengthOf(string number)
    {
        var exponent = number.AsSpan().IndexOfAny('e', 'E');
        return exponent < 0 ? number.Length
            : int.TryParse(number.AsSpan(exponent + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var places) ? exponent + Math.Abs((long)places)
            : int.MaxValue;
    }
}
