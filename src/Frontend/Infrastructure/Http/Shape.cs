using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Actors.Infrastructure.Http;

/// <summary>The little that is checked before a grain is asked: that a wanted field is there.</summary>
internal static class Shape
{
    private const string Missing = "Is required.";

    /// <summary>The text, or 400 naming the field.</summary>
    public static string Required([NotNull] string? value, string field) => value ?? throw Errors.Invalid(field, Missing);

    /// <summary>The value, or 400 naming the field.</summary>
    public static T Required<T>([NotNull] T? value, string field) where T : struct => value ?? throw Errors.Invalid(field, Missing);

    /// <summary>The object, or 400 naming the field.</summary>
    public static T RequiredObject<T>([NotNull] T? value, string field) where T : class =>
        value ?? throw Errors.Invalid(field, Missing);

    /// <summary>The texts, none for no list; 400 naming one that is null.</summary>
    public static ImmutableArray<string> Texts(ImmutableArray<string?>? values, string field) =>
        [.. (values ?? []).Select((value, i) => Required(value, $"{field}[{i}]"))];

    /// <summary>The text if given, or 400 if given as null: the field cannot be cleared.</summary>
    public static Optional<string> NotCleared(Optional<string?> value, string field) =>
        value.IsPresent ? new Optional<string>(value.Value ?? throw Errors.Invalid(field, Cannot)) : default;

    /// <summary>The value if given, or 400 if given as null: the field cannot be cleared.</summary>
    public static Optional<T> NotCleared<T>(Optional<T?> value, string field) where T : struct =>
        value.IsPresent ? new Optional<T>(value.Value ?? throw Errors.Invalid(field, Cannot)) : default;

    private const string Cannot = "Must not be null.";
}
