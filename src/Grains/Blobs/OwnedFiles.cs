using System.Collections.Immutable;

namespace Actors.Blobs;

/// <summary>Files that go with what they belong to.</summary>
internal static class OwnedFiles
{
    /// <summary>Deletes them; those that are gone already are no error. As <see cref="Caller.System"/>.</summary>
    public static Task DeleteFilesAsync(this IGrainFactory grains, ImmutableArray<string> ids) =>
        Task.WhenAll(ids.Select(id => grains.GetGrain<IBlobUpkeep>(id).Remove()));
}
