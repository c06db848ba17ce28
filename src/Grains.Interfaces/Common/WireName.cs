using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Actors;

/// <summary>The text of an enum value on the wire and in the database: lower_snake, e.g. <c>in_progress</c>.</summary>
public static class WireName
{
    /// <summary>The text of <paramref name="value"/>.</summary>
    public static string Of<T>(T value) where T : struct, Enum => Names<T>.ByValue[value];

    /// <summary>The value with that text, whatever the case.</summary>
    public static bool TryParse<T>(string? text, [NotNullWhen(true)] out T value) where T : struct, Enum
    {
        value = default;
        return text is not null && Names<T>.ByName.TryGetValue(text, out value);
    }

    /// <summary>The value with that text; throws if there is none.</summary>
    public static T Parse<T>(string text) where T : struct, Enum => Names<T>.ByName[text];

    /// <summary>All texts of the enum, in the order of its values.</summary>
    public static IEnumerable<string> All<T>() where T : struct, Enum => Enum.GetValues<T>().Select(Of);

    private static class Names<T> where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> ByValue =
            Enum.GetValues<T>().ToFrozenDictionary(v => v, v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()));

        public static readonly FrozenDictionary<string, T> ByName =
            ByValue.ToFrozenDictionary(p => p.Value, p => p.Key, StringComparer.OrdinalIgnoreCase);
    }
}
