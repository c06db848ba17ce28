using System.Collections.Immutable;
using System.Text.Json;

namespace Actors.Blobs;

/// <summary>What may happen to a blob. Pure: refuses by an <see cref="AppException"/>, or decides the change.</summary>
internal static class BlobRules
{
    private const int Sha256Characters = 64;

    /// <summary>So many missing parts are named.</summary>
    private const int PartsNamed = 10;

    public static AppException NotFound() => new(ErrorKind.NotFound, "FILE_NOT_FOUND", "There is no such file.");

    public static AppException Expired() =>
        new(ErrorKind.Conflict, "UPLOAD_EXPIRED", "The time to upload this file is over; ask for a new upload.");

    public static AppException Missing() => new(ErrorKind.Conflict, "UPLOAD_MISSING", "Nothing was uploaded yet.");

    public static AppException Exists() => new(ErrorKind.Conflict, "UPLOAD_EXISTS", "This file is there already, whole: complete the upload, if that was not done.");

    /// <summary>The state, for a caller who may do that with it; for others it does not exist.</summary>
    public static BlobState For(Caller caller, Permission permission, BlobState? state) =>
        state is not null && May(caller, permission, state.Document) ? state : throw NotFound();

    public static bool May(Caller caller, Permission permission, Blob blob) =>
        Permissions.Allows(caller, permission, blob.OwnerId == caller.UserId ? Relation.Own : Relation.None);

    public static void Validate(ReserveBlob command, UploadOptions options, Caller caller)
    {
        Permissions.Ensure(caller, Permission.CreateFile, "Only users have files.", Relation.Own);
        new Validator()
            .Defined("purpose", command.Purpose)
            .Text("contentType", command.ContentType, BlobLimits.ContentType)
            .OptionalText("fileName", command.FileName, BlobLimits.FileName)
            .That(command.FileName?.AsSpan().ContainsAny('/', '\\') != true, "fileName", "must not hold / or \\")
            .That(command.Sha256 is null || IsSha256(command.Sha256), "sha256", $"must be {Sha256Characters} hexadecimal digits")
            .That(command.OwnerId is null || caller.Type == PrincipalType.System, "ownerId", "is for the system alone")
            .ThrowIfInvalid();
        var types = ContentTypes.Of(command.Purpose);
        new Validator()
            .That(types.Contains(command.ContentType), "contentType", $"must be one of {string.Join(", ", types.Order(StringComparer.Ordinal))}")
            .Range("size", command.Size, 1, options.SizeOf(command.Purpose))
            .ThrowIfInvalid();
    }

    public static Change<BlobState> Reserve(
        BlobState? state, string id, ReserveBlob command, UploadOptions options, Caller caller, DateTimeOffset now)
    {
        if (state is not null)
        {
            throw new AppException(ErrorKind.Conflict, "FILE_EXISTS", "This file was announced already.");
        }

        Validate(command, options, caller);
        var blob = new Blob
        {
            Id = id,
            Key = BlobKeys.Of(WireName.Of(command.Purpose), id, now),
            OwnerId = command.OwnerId ?? caller.UserId,
            Purpose = command.Purpose,
            ContentType = command.ContentType,
            Size = command.Size,
            Sha256 = command.Sha256?.ToLowerInvariant(),
            FileName = command.FileName,
            Status = BlobStatus.Pending,
            CreatedAt = now,
            ExpiresAt = now + options.TicketLifetime,
        };
        return new(new BlobState(blob, DeletedAt: null, EndReason: null, Version: 1), BlobEvents.Reserved, Changed(blob));
    }

    public static void ValidateParts(ImmutableArray<int> numbers, Blob blob) => new Validator()
        .That(numbers.Length is >= 1 and <= BlobLimits.PartsAtOnce, "numbers", $"must be 1 to {BlobLimits.PartsAtOnce} numbers")
        .That(numbers.All(n => n >= 1 && n <= PartCount(blob.Size)), "numbers", $"must each be 1 to {PartCount(blob.Size)}")
        .That(numbers.Distinct().Count() == numbers.Length, "numbers", "must each be there once")
        .ThrowIfInvalid();

    /// <summary>How many parts so many bytes have.</summary>
    public static int PartCount(long size) => (int)((size + BlobLimits.PartSize - 1) / BlobLimits.PartSize);

    /// <summary>All of them, by number.</summary>
    public static ImmutableArray<BlobPart> Parts(long size) => [.. Enumerable.Range(1, PartCount(size)).Select(number => Part(size, number))];

    /// <summary>One of them: all have the same size, but the last, which has the rest.</summary>
    public static BlobPart Part(long size, int number) => new(number, Math.Min(BlobLimits.PartSize, size - ((number - 1L) * BlobLimits.PartSize)));

    /// <summary>From now on the bytes may come in parts, too, under the name that the store gave them.</summary>
    public static Change<BlobState> BeginParts(BlobState? state, string partsId)
    {
        var present = state is { Document.Status: BlobStatus.Pending } ? state : throw Ended(state?.EndReason);
        return new(present with { PartsId = partsId, Version = present.Version + 1 }, BlobEvents.PartsBegun, Changed(present.Document));
    }

    /// <summary>Says which parts are not there as they must be; null if all are.</summary>
    public static AppException? MissingParts(Blob blob, ImmutableArray<BlobPart> received)
    {
        var missing = Parts(blob.Size).Except(received).Select(p => p.Number).ToList();
        var more = missing.Count > PartsNamed ? " and more" : "";
        return missing.Count == 0 ? null : new(
            ErrorKind.Conflict,
            "UPLOAD_MISSING",
            $"Of {PartCount(blob.Size)} parts {missing.Count} were not uploaded yet: {string.Join(", ", missing.Take(PartsNamed))}{more}.");
    }

    /// <summary>What is wrong with uploaded bytes; null if they are the announced ones.</summary>
    public static AppException? Fault(Blob blob, CheckedBytes bytes)
    {
        if (bytes.Size != blob.Size)
        {
            return Ended("UPLOAD_SIZE_DIFFERS");
        }

        if (blob.Sha256 is not null && bytes.Sha256 != blob.Sha256)
        {
            return Ended("UPLOAD_HASH_DIFFERS");
        }

        return bytes.ContentType == blob.ContentType && ContentTypes.Fits(blob.ContentType, bytes.Head.Span, bytes.Size)
            ? null
            : Ended("UPLOAD_TYPE_DIFFERS");
    }

    /// <summary>What ended a blob that is deleted, again.</summary>
    public static AppException Ended(string? reason) => reason switch
    {
        "UPLOAD_SIZE_DIFFERS" => new(ErrorKind.Rule, "UPLOAD_SIZE_DIFFERS", "The uploaded bytes are not as many as were announced."),
        "UPLOAD_HASH_DIFFERS" => new(ErrorKind.Rule, "UPLOAD_HASH_DIFFERS", "The uploaded bytes have another SHA-256 than was announced."),
        "UPLOAD_TYPE_DIFFERS" => new(ErrorKind.Rule, "UPLOAD_TYPE_DIFFERS", "The uploaded bytes are not of the content type that was announced."),
        "UPLOAD_EXPIRED" => Expired(),
        _ => NotFound(),
    };

    public static Change<BlobState> Store(BlobState? state, CheckedBytes bytes, DateTimeOffset now)
    {
        var present = state is { Document.Status: BlobStatus.Pending } ? state : throw Ended(state?.EndReason);
        var blob = present.Document with { Status = BlobStatus.Stored, Sha256 = bytes.Sha256, StoredAt = now, ExpiresAt = null };
        return new(present with { Document = blob, Version = present.Version + 1 }, BlobEvents.Stored, Changed(blob));
    }

    /// <summary>The blob goes.</summary>
    /// <param name="state">The blob now.</param>
    /// <param name="reason">Code of the refusal that ends it; null if somebody deletes it.</param>
    /// <param name="now">When.</param>
    public static Change<BlobState> Delete(BlobState? state, string? reason, DateTimeOffset now)
    {
        var present = state is not null && state.Document.Status != BlobStatus.Deleted ? state : throw NotFound();
        var next = present with
        {
            Document = present.Document with { Status = BlobStatus.Deleted },
            DeletedAt = now,
            EndReason = reason,
            Version = present.Version + 1,
        };
        return new(next, BlobEvents.Deleted, JsonSerializer.Serialize(new(reason), BlobEventsJson.Default.BlobEnded));
    }

    /// <summary>The row of a deleted blob goes, once it is old; null if it is not.</summary>
    public static Change<BlobState>? Forget(BlobState? state, UploadOptions options, DateTimeOffset now) =>
        state?.DeletedAt is { } deletedAt && deletedAt <= now - options.OrphanAge
            ? new(null, BlobEvents.Forgotten, JsonSerializer.Serialize(new(state.EndReason), BlobEventsJson.Default.BlobEnded))
            : null;

    /// <summary>How the file is to be called and whether it is shown or saved: the header <c>Content-Disposition</c> (RFC 6266).</summary>
    public static string Disposition(Blob blob)
    {
        var kind = ContentTypes.IsShown(blob.ContentType) ? "inline" : "attachment";
        return blob.FileName is { } name ? $"{kind}; filename*=UTF-8''{Uri.EscapeDataString(name)}" : kind;
    }

    private static bool IsSha256(string text) => text.Length == Sha256Characters && text.All(char.IsAsciiHexDigit);

    private static string Changed(Blob blob) => JsonSerializer.Serialize(
        new(WireName.Of(blob.Purpose), blob.ContentType, blob.Size), BlobEventsJson.Default.BlobChanged);
}
