using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Actors.Moderation;

/// <summary>
/// Rejects prompts by a list of words and patterns. It takes time in proportion to the length of the prompt, whatever the patterns (no backtracking).
/// </summary>
/// <remarks>
/// A line is <c>category: words</c>, which are found as whole words, or <c>category: /pattern/</c>, a regular expression; empty lines, and those that begin with
/// <c>#</c>, say nothing. Case does not matter; see <see cref="Plain"/> for what else does not.
/// </remarks>
public sealed partial class WordList : IModeration
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private readonly ImmutableArray<(string Category, Regex Pattern)> _patterns;

    private WordList(ImmutableArray<(string, Regex)> patterns) => _patterns = patterns;

    /// <summary>Reads a list.</summary>
    /// <exception cref="FormatException">A line is wrong; the message says which.</exception>
    public static WordList Parse(string text) => new(
    [
        .. text.Split('\n').Select((line, index) => (Text: line.Trim(), Number: index + 1))
            .Where(line => line.Text.Length > 0 && line.Text[0] != '#')
            .Select(line => ParseLine(line.Text, line.Number)),
    ]);

    public Task<ModerationVerdict> JudgeAsync(string prompt)
    {
        var plain = Plain(prompt);
        var found = _patterns.FirstOrDefault(entry => entry.Pattern.IsMatch(plain));
        return Task.FromResult(found.Category is { } category ? ModerationVerdict.Rejected(category) : ModerationVerdict.Accepted);
    }

    /// <summary>
    /// The text without what only hides words: full-width letters as plain ones, no invisible characters (zero-width ones, soft hyphens), no combining marks.
    /// </summary>
    internal static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // U+FF01 to U+FF5E are the visible ASCII characters in full width. The globalization data that NFKC wants is not part of the program.
            if (rune.Value is >= 0xFF01 and <= 0xFF5E)
            {
                plain.Append((char)(rune.Value - 0xFF01 + '!'));
            }
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark))
            {
                plain.Append(rune);
            }
        }

        return plain.ToString();
    }

    private static (string Category, Regex Pattern) ParseLine(string line, int number)
    {
        var entry = Entry().Match(line);
        var what = entry.Groups["what"].Value;
        if (!entry.Success || string.IsNullOrWhiteSpace(Plain(what)))
        {
            throw new FormatException($"line {number} is not 'category: words' or 'category: /pattern/'");
        }

        try
        {
            return (entry.Groups["category"].Value, new Regex(what is ['/', _, .., '/'] ? what[1..^1] : PatternOf(Plain(what)), Options));
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"line {number} has a pattern that cannot be used: {fault.Message}", fault);
        }
    }

    // Scripts without spaces have no borders of words: only an ASCII letter or digit must not go on beside one.
    private static string PatternOf(string words)
    {
        var pattern = string.Join("\\s+", words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Regex.Escape));
        return $"{(char.IsAsciiLetterOrDigit(words[0]) ? "(?:^|[^a-z0-9])" : "")}{pattern}{(char.IsAsciiLetterOrDigit(words[^1]) ? "(?:[^a-z0-9]|\\z)" : "")}";
    }

    [GeneratedRegex(@"^(?<category>[A-Za-z0-9/_-]{1,64})\s*:\s*(?<what>\S.*)\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Entry();
}
