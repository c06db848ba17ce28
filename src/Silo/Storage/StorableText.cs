using System.Text;

namespace Actors.Storage;

/// <summary>
/// Finds text that no database of ours can hold: U+0000 and halves of surrogate pairs. Checked before a commit joins a
/// batch, so that hostile text costs its sender, and not a batch that must be written again commit by commit.
/// </summary>
internal static class StorableText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool IsStorable(Commit commit)
    {
        if (!IsStorable(commit.Root) || (commit.Idempotency is { } record && !IsStorable(IdempotencyRecord.Table.Insert(record))))
        {
            return false;
        }

        foreach (var change in commit.Rows)
        {
            if (!IsStorable(change))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsStorable(RowChange change)
    {
        var columns = change.Table.Columns;
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Type is ColumnType.Text or ColumnType.Json
                && change.Table.Value(i, change.Row) is string text
                && !IsStorable(text))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsStorable(string text)
    {
        if (text.Contains('\0'))
        {
            return false;
        }

        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return true;
        }

        try
        {
            Strict.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
