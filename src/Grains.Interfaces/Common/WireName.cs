using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Actors;

/// <summary>Marks an enum whose texts are UPPER_SNAKE, because the document that it comes from writes them so.</summary>
[AttributeUsage(AttributeTargets.Enum)]
public sealed class UpperSnakeAttribute : Attribute;

/// <summary>
/// The text of an enum value on the wire and in the database: lower_snake, e.g. <c>in_progress</c>, or of one with <see cref="UpperSnakeAttribute"/>,
/// UPPER_SNAKE.
/// </summary>
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

    /// <summary>As <see cref="All{T}"/>, of an enum that is only known at run time.</summary>
    public static IEnumerable<string> All(Type type) => Enum.GetNames(type).Select(NamingOf(type).ConvertName);

    private static JsonNamingPolicy NamingOf(Type type) =>
        type.IsDefined(typeof(UpperSnakeAttribute), inherit: false) ? JsonNamingPolicy.SnakeCaseUpper : JsonNamingPolicy.SnakeCaseLower;

    private static class Names<T> where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> ByValue =
            Enum.GetValues<T>().ToFrozenDictionary(v => v, v => NamingOf(typeof(T)).ConvertName(v.ToString()));

        public static readonly FrozenDictionary<string, T> ByName =
            ByValue.ToFrozenDictionary(p => p.Value, p => p.Key, StringComparer.OrdinalIgnoreCase);
    }
}
