using System.Collections.Immutable;

namespace Actors;

/// <summary>Collects what is wrong with a command, so that its sender learns all of it at once.</summary>
internal sealed class Validator
{
    private readonly ImmutableArray<ErrorDetail>.Builder _details = ImmutableArray.CreateBuilder<ErrorDetail>();

    /// <summary>Text of 1 to <paramref name="max"/> characters, not blank, without control characters.</summary>
    public Validator Text(string field, string? value, int max) =>
        string.IsNullOrWhiteSpace(value) ? Add(field, "must not be empty") : OptionalText(field, value, max);

    /// <summary>As <see cref="Text"/>, or null.</summary>
    public Validator OptionalText(string field, string? value, int max) => value switch
    {
        null => this,
        _ when string.IsNullOrWhiteSpace(value) => Add(field, "must not be blank"),
        _ when value.Length > max => Add(field, $"must be at most {max} characters"),
        _ when !IsPlain(value) => Add(field, "must not hold control characters or broken surrogate pairs"),
        _ => this,
    };

    public Validator Range(string field, long value, long min, long max) =>
        value < min || value > max ? Add(field, $"must be {min} to {max}") : this;

    public Validator Defined<T>(string field, T value) where T : struct, Enum =>
        Enum.IsDefined(value) ? this : Add(field, $"must be one of {string.Join(", ", WireName.All<T>())}");

    public Validator That(bool holds, string field, string message) => holds ? this : Add(field, message);

    public void ThrowIfInvalid()
    {
        if (_details.Count > 0)
        {
            throw Errors.Invalid(_details.ToImmutable());
        }
    }

    private Validator Add(string field, string message)
    {
        _details.Add(new(field, message));
        return this;
    }

    private static bool IsPlain(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (char.IsControl(value[i]) && value[i] is not ('\n' or '\t' or '\r'))
            {
                return false;
            }

            if (char.IsSurrogate(value[i]))
            {
                if (i + 1 == value.Length || !char.IsSurrogatePair(value[i], value[i + 1]))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }
}
