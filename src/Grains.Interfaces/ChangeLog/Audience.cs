namespace Actors;

/// <summary>Who may learn of a change. Kept with the change: what was seen then may be resumed, nothing else.</summary>
public static class Audience
{
    /// <summary>A single user.</summary>
    public static string User(string userId) => $"user:{userId}";

    /// <summary>The managers of a factory.</summary>
    public static string Factory(string factoryId) => $"factory:{factoryId}";

    /// <summary>The users whom the change's audience names one by one.</summary>
    public static IEnumerable<string> Users(ChangeEvent change) =>
        change.Audience.Where(name => name.StartsWith(UserKind, StringComparison.Ordinal)).Select(name => name[UserKind.Length..]);

    /// <summary>Whether the caller may learn of the change.</summary>
    public static bool Includes(ChangeEvent change, Caller caller)
    {
        if (caller.Role == UserRole.Admin)
        {
            return true;
        }

        foreach (var name in change.Audience)
        {
            if (Is(name, UserKind, caller.UserId)
                || (caller is { Role: UserRole.Manager, FactoryId: { } factory } && Is(name, "factory:", factory)))
            {
                return true;
            }
        }

        return false;
    }

    private const string UserKind = "user:";

    private static bool Is(string name, string kind, string id) =>
        name.Length == kind.Length + id.Length
        && name.StartsWith(kind, StringComparison.Ordinal)
        && name.EndsWith(id, StringComparison.Ordinal);
}
