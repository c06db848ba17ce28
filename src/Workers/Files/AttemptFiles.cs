namespace Actors.Blobs;

/// <summary>The files that the attempts of a job make. Their ids follow from job and attempt, so that a later attempt finds what an earlier one left.</summary>
/// <param name="Kind">What they are, e.g. <c>generated-image</c>.</param>
/// <param name="SubjectId">What they are of.</param>
/// <param name="OwnerId">Whose they will be.</param>
/// <param name="Attempt">The present attempt.</param>
/// <param name="Most">Most files of an attempt; they are numbered from 0.</param>
internal sealed record AttemptFiles(string Kind, string SubjectId, string OwnerId, int Attempt, int Most)
{
    // More than the one before: that may have died before it had tidied up.
    private const int Predecessors = 3;

    /// <summary>The id of a file of this attempt.</summary>
    public string IdOf(int index) => Ids.From(Kind, SubjectId, $"{Attempt}/{index}");

    /// <summary>The ids of all files that this attempt may have.</summary>
    public IEnumerable<string> All() => Enumerable.Range(0, Most).Select(IdOf);

    /// <summary>The ids of all files that the attempts before this one may have left.</summary>
    public IEnumerable<string> Left() => Enumerable.Range(1, Predecessors)
        .Select(back => this with { Attempt = Attempt - back })
        .TakeWhile(earlier => earlier.Attempt > 0)
        .SelectMany(earlier => earlier.All());
}

/// <summary>A file that a worker has made.</summary>
/// <param name="Purpose">What it is for.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="FileName">What it is called.</param>
/// <param name="Bytes">What is in it.</param>
internal sealed record NewFile(BlobPurpose Purpose, string ContentType, string FileName, ReadOnlyMemory<byte> Bytes);
