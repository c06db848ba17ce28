namespace Actors.Blobs;

/// <summary>Limits of every blob; each purpose has narrower ones, which are settings of the silos.</summary>
public static class BlobLimits
{
    /// <summary>Most bytes of a blob: what object stores take in one PUT.</summary>
    public const long Size = 5L * 1024 * 1024 * 1024;

    /// <summary>Bytes of each part of an upload in parts but the last. Object stores take no smaller ones than 5 MiB, and 10,000 at most.</summary>
    public const int PartSize = 8 * 1024 * 1024;

    /// <summary>Most parts whose URLs are given at once.</summary>
    public const int PartsAtOnce = 100;

    /// <summary>Longest key, in characters.</summary>
    public const int Key = 150;

    /// <summary>Longest file name, in characters.</summary>
    public const int FileName = 255;

    /// <summary>Longest content type, in characters.</summary>
    public const int ContentType = 100;
}
