using Actors.Storage;

namespace Actors.Users;

/// <summary>Keeps somebody there who can administer. One for the cluster: key 0.</summary>
internal interface IAdministratorsGrain : IGrainWithIntegerKey
{
    /// <summary>Asked before an administrator ceases to be one. 409 <c>LAST_ADMINISTRATOR</c> if nobody would be left.</summary>
    [Alias("leave")]
    Task Leave(string userId);
}

/// <summary>
/// One request at a time: two administrators who demote each other at once cannot both succeed. Who was let go counts as gone for a
/// while, for the rows may not say so yet; if his commit failed, that only makes this grain too careful for so long.
/// </summary>
internal sealed class AdministratorsGrain(Database database, TimeProvider time) : Grain, IAdministratorsGrain
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1); // longer than a commit can take

    private readonly Dictionary<string, DateTimeOffset> _left = new(StringComparer.Ordinal);

    public async Task Leave(string userId)
    {
        var now = time.GetUtcNow();
        foreach (var (id, at) in _left.Where(l => now - l.Value > Memory).ToList())
        {
            _left.Remove(id);
        }

        var others = await database.RowsOfAllUsers().ListAsync(
            "select id from users where role = 'admin' and not locked and id <> @id limit @limit",
            [("id", userId), ("limit", _left.Count + 1)],
            row => row.GetString(0));
        if (others.All(_left.ContainsKey))
        {
            throw new AppException(ErrorKind.Conflict, "LAST_ADMINISTRATOR", "Nobody else could administer: make another user an administrator first.");
        }

        _left[userId] = now;
    }
}
