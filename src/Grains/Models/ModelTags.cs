using System.Collections.Immutable;

namespace Actors.Models;

/// <summary>Words by which a model is found. Its row has them as one text, with one space between two.</summary>
internal static class ModelTags
{
    /// <summary>As it is kept and compared: in lower case, without the <c>#</c> that users are used to.</summary>
    public static string Normalize(string tag)
    {
        var word = tag.Trim();
        return (word.StartsWith('#') ? word[1..] : word).ToLowerInvariant();
    }

    public static ImmutableArray<string> Normalize(ImmutableArray<string> tags) =>
        tags.IsDefault ? [] : [.. tags.Select(Normalize).Distinct(StringComparer.Ordinal)];

    public static string Join(ImmutableArray<string> tags) => string.Join(' ', tags);

    public static ImmutableArray<string> Split(string tags) => [.. tags.Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Of normal tags: not too many, and each one word.</summary>
    public static Validator Tags(this Validator validator, ImmutableArray<string> tags)
    {
        validator.That(tags.Length <= ModelLimits.Tags, "tags", $"must be at most {ModelLimits.Tags}");
        for (var i = 0; i < Math.Min(tags.Length, ModelLimits.Tags); i++)
        {
            validator.Tag($"tags[{i}]", tags[i]);
        }

        return validator;
    }

    public static Validator Tag(this Validator validator, string field, string tag) => validator
        .Text(field, tag, ModelLimits.Tag)
        .That(!tag.Any(c => char.IsWhiteSpace(c) || c == ','), field, "must not hold white space or commas");
}
