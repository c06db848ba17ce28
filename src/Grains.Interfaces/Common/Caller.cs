namespace Actors;

/// <summary>What a user may do beyond his own things.</summary>
public enum UserRole
{
    /// <summary>Works on orders of his own or assigned to him.</summary>
    Operator = 0,

    /// <summary>Also sees and runs every order of his factory.</summary>
    Manager = 1,

    /// <summary>Sees and runs everything.</summary>
    Admin = 2,
}

/// <summary>Who makes a grain call. Travels in Orleans' request context; grains trust it, so only the frontend and
/// internal services may reach the cluster's gateway.</summary>
[GenerateSerializer, Immutable, Alias("caller")]
public sealed record Caller
{
    /// <summary>The user's id.</summary>
    [Id(0)] public required string UserId { get; init; }

    /// <summary>The user's role.</summary>
    [Id(1)] public UserRole Role { get; init; }

    /// <summary>The factory that a manager runs; null for none.</summary>
    [Id(2)] public string? FactoryId { get; init; }

    /// <summary>What kind of caller it is.</summary>
    [Id(3)] public PrincipalType Type { get; init; }

    /// <summary>The administrator who acts as the user; null if the user himself does.</summary>
    [Id(4)] public string? ImpersonatorId { get; init; }

    /// <summary>The system itself, e.g. when one grain tells another of a change. No user has this id.</summary>
    public static readonly Caller System = new() { UserId = "system", Role = UserRole.Admin, Type = PrincipalType.System };

    private const string Key = "caller";

    /// <summary>The caller of the present call, or null.</summary>
    public static Caller? Current
    {
        get => RequestContext.Get(Key) as Caller;
        set
        {
            if (value is null)
            {
                RequestContext.Remove(Key);
            }
            else
            {
                RequestContext.Set(Key, value);
            }
        }
    }
}

/// <summary>
/// Makes a command safe to repeat: the grain keeps the key with its effect, so a repetition has no second effect and
/// gets the first answer. Remembered per caller and entity for seven days.
/// </summary>
[GenerateSerializer, Immutable, Alias("command-key")]
public sealed record CommandKey
{
    /// <summary>Longest key, in characters.</summary>
    public const int MaxLength = 255;

    /// <summary>Chosen by the client; unique for each command it means.</summary>
    [Id(0)] public required string Value { get; init; }

    /// <summary>Hash of the whole request: the same key with another request is refused (409).</summary>
    [Id(1)] public required string RequestHash { get; init; }

    private const string Key = "command-key";

    /// <summary>The key of the present call, or null.</summary>
    public static CommandKey? Current
    {
        get => RequestContext.Get(Key) as CommandKey;
        set
        {
            if (value is null)
            {
                RequestContext.Remove(Key);
            }
            else
            {
                RequestContext.Set(Key, value);
            }
        }
    }
}

/// <summary>Marks a grain method that needs no <see cref="Caller"/>. Every other call without one is refused.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AnonymousAttribute : Attribute;
