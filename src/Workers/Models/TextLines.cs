using System.Buffers.Text;
using System.Numerics;

namespace Actors.Models;

/// <summary>The lines of a model in text, and the words of a line.</summary>
internal ref struct TextLines(ReadOnlySpan<byte> text, CancellationToken cancellationToken)
{
    /// <summary>Longest line, in bytes.</summary>
    public const int MaxLine = 64 * 1024;

    private const int LinesBetweenChecks = 4096;

    private ReadOnlySpan<byte> _rest = text;
    private int _number;

    /// <summary>Gives the next line without its end.</summary>
    public bool TryNext(out ReadOnlySpan<byte> line)
    {
        line = default;
        if (_rest.IsEmpty)
        {
            return false;
        }

        if (++_number % LinesBetweenChecks == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        var end = _rest[..Math.Min(_rest.Length, MaxLine + 1)].IndexOf((byte)'\n');
        if (end < 0 && _rest.Length > MaxLine)
        {
            throw ModelFailures.Invalid($"Line {_number} has more than {MaxLine} bytes.");
        }

        line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        return line.IndexOf((byte)0) < 0 ? true : throw ModelFailures.Invalid($"Line {_number} is no text.");
    }

    /// <summary>Takes the first word off a line; empty at its end.</summary>
    public static ReadOnlySpan<byte> NextWord(scoped ref ReadOnlySpan<byte> line)
    {
        line = line.TrimStart(" \t\r\f\v"u8);
        var end = line.IndexOfAny(" \t\r\f\v"u8);
        var word = end < 0 ? line : line[..end];
        line = line[word.Length..];
        return word;
    }

    /// <summary>Takes three numbers off a line.</summary>
    public static Vector3 NextVector(scoped ref ReadOnlySpan<byte> line) => new(NextNumber(ref line), NextNumber(ref line), NextNumber(ref line));

    private static float NextNumber(scoped ref ReadOnlySpan<byte> line)
    {
        var word = NextWord(ref line);
        var digits = word.StartsWith("+"u8) ? word[1..] : word;
        return Utf8Parser.TryParse(digits, out float number, out var used) && used == digits.Length && float.IsFinite(number)
            ? number
            : throw ModelFailures.Invalid("Something stands where a finite number should.");
    }
}
