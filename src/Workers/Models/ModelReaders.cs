namespace Actors.Models;

/// <summary>
/// Reads models of unknown origin: uploads, and answers of providers. Strict, and bounded by what is there: whatever the bytes are, the outcome is a
/// mesh within its limits or a failure <c>MODEL_INVALID</c> or <c>MODEL_TOO_LARGE</c>. Nothing that a file refers to is loaded.
/// </summary>
internal static class ModelReaders
{
    /// <summary>Most bytes of a file.</summary>
    public const int MaxBytes = 200 * 1024 * 1024;

    /// <summary>Reads one.</summary>
    /// <exception cref="Jobs.JobFailedException">It is no such model, or too large.</exception>
    public static Mesh Read(ModelFormat format, ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        EnsureSize(file.Length);
        return format switch
        {
            ModelFormat.Obj => ObjReader.Read(file.Span, cancellationToken),
            ModelFormat.Glb => GlbReader.Read(file, cancellationToken),
            ModelFormat.Stl => StlReader.Read(file.Span, cancellationToken),
            _ => throw ModelFailures.Invalid("The format is not known."),
        };
    }

    /// <summary>Refuses a file that is too large to be read.</summary>
    public static void EnsureSize(long bytes)
    {
        if (bytes > MaxBytes)
        {
            throw ModelFailures.TooLarge($"The file has more than {MaxBytes} bytes.");
        }
    }
}
