namespace Actors.Blobs;

/// <summary>What lists of blobs have in common.</summary>
internal static class BlobLists
{
    public const int MaxLimit = 1_000;

    public static void Check(string prefix, int limit)
    {
        if (!BlobKeys.IsPrefix(prefix))
        {
            throw new ArgumentException($"No key begins with '{prefix}'.", nameof(prefix));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxLimit);
    }
}
