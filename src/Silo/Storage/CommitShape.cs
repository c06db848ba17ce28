namespace Actors.Storage;

internal static class CommitShape
{
    /// <summary>What is done to the root row: the expected version decides whether it is new, whatever the row change says.</summary>
    public static RowOperation RootOperation(this Commit commit) =>
        commit.ExpectedVersion == 0 ? RowOperation.Insert
        : commit.Root.Operation == RowOperation.Delete ? RowOperation.Delete
        : RowOperation.Update;
}
