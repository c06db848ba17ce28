namespace Actors;

/// <summary>A value that may be absent, as in a merge patch: absent means "leave as it is", null means "clear".</summary>
[GenerateSerializer, Immutable, Alias("optional`1")]
public readonly record struct Optional<T>
{
    /// <summary>A present value.</summary>
    public Optional(T value)
    {
        IsPresent = true;
        Value = value;
    }

    /// <summary>Whether the caller gave a value.</summary>
    [Id(0)] public bool IsPresent { get; init; }

    /// <summary>The value, if present.</summary>
    [Id(1)] public T Value { get; init; }

    /// <summary>The given value, or <paramref name="present"/> if none was given.</summary>
    public T Or(T present) => IsPresent ? Value : present;

    /// <summary>A present value.</summary>
    public static implicit operator Optional<T>(T value) => new(value);
}
