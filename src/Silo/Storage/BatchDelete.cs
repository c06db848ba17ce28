using System.Data.Common;

namespace Actors.Storage;

/// <summary>Takes away many rows by and by.</summary>
internal static class BatchDelete
{
    /// <summary>Repeats a statement that deletes at most <c>@rows</c> rows from before <c>@limit</c> until none is left; the number of rows.</summary>
    public static async Task<int> DeleteInBatchesAsync(
        this DbDataSource source, string sql, DateTimeOffset limit, int rows, CancellationToken cancellationToken)
    {
        var total = 0;
        int deleted;
        do
        {
            await using var command = source.CreateCommand(sql);
            Add(command, "limit", limit);
            Add(command, "rows", rows);
            deleted = await command.ExecuteNonQueryAsync(cancellationToken);
            total += deleted;
        }
        while (deleted == rows);
        return total;
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
