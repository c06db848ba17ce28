namespace Actors.Blobs;

/// <summary>Limits of every blob; each purpose has narrower ones, which are settings of the silos.</summary>
public static class BlobLimits
{
    /// <summary>Most bytes of a blob: what object stores take in one PUT.</summary>
    public const long Size = 5L * 1024 * 1024 * 1024;

    /// <summary>Longest key, in characters.</summary>
    public const int Key = 150;

    /// <summary>Longest file name, in characters.</summary>
    public const int FileName = 255;

    /// <summary>Longest content type, in characters.</summary>
    public const int ContentType = 100;
}
