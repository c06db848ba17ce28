namespace Actors.Blobs;

/// <summary>Lists the keys below a folder in ordinal order. At one time it holds the names of a month.</summary>
internal static class FolderKeys
{
    private const int Levels = 4; // kind/yyyy/mm/id

    public static IEnumerable<string> List(string root, string prefix, string? after) => Below(root, "", level: 1, prefix, after);

    private static IEnumerable<string> Below(string folder, string path, int level, string prefix, string? after)
    {
        foreach (var name in Names(folder, separator: level < Levels))
        {
            var key = path + name;
            if (!MayHold(key, prefix) || (after is not null && IsPassed(key, level, after)))
            {
                continue;
            }

            if (level < Levels)
            {
                foreach (var below in Below(Path.Combine(folder, name), key, level + 1, prefix, after))
                {
                    yield return below;
                }
            }
            else if (BlobKeys.IsValid(key))
            {
                yield return key;
            }
        }
    }

    // With their separator, because "a-b/" comes before "a/".
    private static List<string> Names(string folder, bool separator)
    {
        try
        {
            var names = Directory.EnumerateDirectories(folder).Select(f => separator ? $"{Path.GetFileName(f)}/" : Path.GetFileName(f)).ToList();
            names.Sort(StringComparer.Ordinal);
            return names;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static bool MayHold(string key, string prefix) =>
        key.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(key, StringComparison.Ordinal);

    // Neither the key nor anything below it comes after.
    private static bool IsPassed(string key, int level, string after) =>
        string.CompareOrdinal(key, after) <= 0 && (level == Levels || !after.StartsWith(key, StringComparison.Ordinal));
}
