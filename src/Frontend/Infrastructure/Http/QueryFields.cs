using System.Collections.Immutable;
using System.Globalization;
using Actors.Infrastructure.Json;

namespace Actors.Infrastructure.Http;

/// <summary>Reads query parameters and gathers what is wrong with them, so that the caller sees all of it at once.</summary>
internal sealed class QueryFields
{
    private readonly ImmutableArray<ErrorDetail>.Builder _errors = ImmutableArray.CreateBuilder<ErrorDetail>();

    /// <summary>A whole number, or <paramref name="absent"/> if none is given.</summary>
    public long Number(string field, string? text, long absent, long min, long max)
    {
        if (string.IsNullOrEmpty(text))
        {
            return absent;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
        {
            return value;
        }

        Refuse(field, $"Must be a whole number from {min} to {max}.");
        return absent;
    }

    /// <summary>Rows of a page.</summary>
    public int Limit(string? text) => (int)Number("limit", text, PageLimits.DefaultSize, 1, PageLimits.MaxSize);

    /// <summary>Enum values, comma separated or repeated.</summary>
    public ImmutableArray<T> Set<T>(string field, string[]? texts) where T : struct, Enum
    {
        var values = ImmutableArray.CreateBuilder<T>();
        foreach (var text in (texts ?? []).SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            if (!WireName.TryParse<T>(text, out var value))
            {
                Refuse(field, WireText.OneOf<T>());
                break;
            }

            if (!values.Contains(value))
            {
                values.Add(value);
            }
        }

        return values.ToImmutable();
    }

    /// <summary>An enum value, or null.</summary>
    public T? One<T>(string field, string? text) where T : struct, Enum
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (WireName.TryParse<T>(text, out var value))
        {
            return value;
        }

        Refuse(field, WireText.OneOf<T>());
        return null;
    }

    /// <summary>True, false, or null.</summary>
    public bool? Flag(string field, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (bool.TryParse(text, out var value))
        {
            return value;
        }

        Refuse(field, "Must be true or false.");
        return null;
    }

    /// <summary>A point in time, or null.</summary>
    public DateTimeOffset? Time(string field, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (WireText.TryTimestamp(text, out var value))
        {
            return value;
        }

        Refuse(field, WireText.TimestampWanted);
        return null;
    }

    /// <summary>An opaque id, or null.</summary>
    public string? Id(string field, string? text) => Text(field, text, Ids.MaxLength);

    /// <summary>Text, or null; an empty parameter is an absent one.</summary>
    public string? Text(string field, string? text, int maxLength)
    {
        if (text?.Length > maxLength)
        {
            Refuse(field, $"Must be at most {maxLength} characters.");
        }

        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>Notes a wrong field.</summary>
    public void Refuse(string field, string message) => _errors.Add(new ErrorDetail(field, message));

    /// <summary>Throws 400 with every wrong field, if there is any.</summary>
    public void Check()
    {
        if (_errors.Count > 0)
        {
            throw Errors.Invalid(_errors.ToImmutable());
        }
    }
}
