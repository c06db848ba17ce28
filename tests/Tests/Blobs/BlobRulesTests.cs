using System.Collections.Immutable;

namespace Actors.Blobs;

/// <summary>What may happen to a blob, and when.</summary>
public sealed class BlobRulesTests
{
    private const string Hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly UploadOptions Options = new();
    private static readonly Caller Anna = new() { UserId = "anna" };
    private static readonly ReserveBlob Picture = new() { Purpose = BlobPurpose.Image, ContentType = "image/gif", Size = 6, Sha256 = Hash.ToUpperInvariant() };
    private static readonly CheckedBytes Good = new(6, "image/gif", Hash, "GIF89a"u8.ToArray());

    [Fact]
    public void A_reserved_blob_is_its_callers_and_has_a_key_and_a_time()
    {
        var blob = Reserve().Document;

        Assert.Equal(("anna", "image/2026/03/b-1", BlobStatus.Pending, Hash, Noon.AddHours(1)), (blob.OwnerId, blob.Key, blob.Status, blob.Sha256, blob.ExpiresAt));
    }

    [Fact]
    public void Nobody_but_the_system_reserves_for_another()
    {
        var command = Picture with { OwnerId = "boris" };

        Assert.Throws<AppException>(() => BlobRules.Reserve(null, "b-1", command, Options, Anna, Noon));
        Assert.Throws<AppException>(() => BlobRules.Reserve(null, "b-1", command, Options, new() { UserId = "anna", Role = UserRole.Admin }, Noon));
        Assert.Equal("boris", BlobRules.Reserve(null, "b-1", command, Options, Caller.System, Noon).Next!.Document.OwnerId);
    }

    [Fact]
    public void A_blob_is_reserved_once() =>
        Assert.Equal("FILE_EXISTS", Assert.Throws<AppException>(() => BlobRules.Reserve(Reserve(), "b-1", Picture, Options, Anna, Noon)).Code);

    [Fact]
    public void Bytes_that_are_the_announced_ones_have_no_fault() => Assert.Null(BlobRules.Fault(Reserve().Document, Good));

    [Theory]
    [InlineData(7, "image/gif", Hash, "GIF89a", "UPLOAD_SIZE_DIFFERS")]
    [InlineData(6, "image/gif", "00", "GIF89a", "UPLOAD_HASH_DIFFERS")]
    [InlineData(6, "image/png", Hash, "GIF89a", "UPLOAD_TYPE_DIFFERS")]
    [InlineData(6, "image/gif", Hash, "GIF99a", "UPLOAD_TYPE_DIFFERS")]
    public void Bytes_that_are_others_have_one(long size, string contentType, string hash, string head, string code)
    {
        var fault = BlobRules.Fault(Reserve().Document, new CheckedBytes(size, contentType, hash, System.Text.Encoding.ASCII.GetBytes(head)));

        Assert.Equal((ErrorKind.Rule, code), (fault!.Kind, fault.Code));
        Assert.Equal(code, BlobRules.Ended(code).Code);
    }

    [Fact]
    public void A_hash_that_was_not_announced_is_taken_from_the_bytes()
    {
        var state = Reserve(Picture with { Sha256 = null });

        Assert.Null(BlobRules.Fault(state.Document, Good));
        var stored = BlobRules.Store(state, Good, Noon.AddMinutes(5)).Next!;
        Assert.Equal((BlobStatus.Stored, Hash, (DateTimeOffset?)null, 2L), (stored.Document.Status, stored.Document.Sha256, stored.Document.ExpiresAt, stored.Version));
    }

    [Fact]
    public void What_is_stored_or_deleted_is_not_stored_again_and_what_is_deleted_not_deleted()
    {
        var stored = BlobRules.Store(Reserve(), Good, Noon).Next!;
        var deleted = BlobRules.Delete(stored, reason: null, Noon).Next!;

        Assert.Throws<AppException>(() => BlobRules.Store(stored, Good, Noon));
        Assert.Throws<AppException>(() => BlobRules.Store(deleted, Good, Noon));
        Assert.Throws<AppException>(() => BlobRules.Store(null, Good, Noon));
        Assert.Equal("FILE_NOT_FOUND", Assert.Throws<AppException>(() => BlobRules.Delete(deleted, reason: null, Noon)).Code);
        Assert.Throws<AppException>(() => BlobRules.Delete(null, reason: null, Noon));
    }

    [Fact]
    public void Only_what_was_deleted_long_ago_is_forgotten()
    {
        var deleted = BlobRules.Delete(Reserve(), reason: null, Noon).Next!;

        Assert.Null(BlobRules.Forget(Reserve(), Options, Noon.AddYears(1)));
        Assert.Null(BlobRules.Forget(null, Options, Noon));
        Assert.Null(BlobRules.Forget(deleted, Options, Noon + Options.OrphanAge - TimeSpan.FromSeconds(1)));
        Assert.Null(BlobRules.Forget(deleted, Options, Noon + Options.OrphanAge)!.Next);
    }

    [Theory]
    [InlineData("image/gif", null, "inline")]
    [InlineData("application/pdf", null, "attachment")]
    [InlineData("text/plain", "a\r\nb\";.txt", "attachment; filename*=UTF-8''a%0D%0Ab%22%3B.txt")]
    [InlineData("video/mp4", "齿轮.mp4", "inline; filename*=UTF-8''%E9%BD%BF%E8%BD%AE.mp4")]
    public void What_is_no_picture_sound_or_video_is_saved_and_a_name_cannot_break_the_header(string contentType, string? name, string disposition) =>
        Assert.Equal(disposition, BlobRules.Disposition(Reserve().Document with { ContentType = contentType, FileName = name }));

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(BlobLimits.PartSize, 1, BlobLimits.PartSize)]
    [InlineData(BlobLimits.PartSize + 1, 2, 1)]
    [InlineData(20 * 1024 * 1024, 3, 4 * 1024 * 1024)]
    [InlineData(BlobLimits.Size, 640, BlobLimits.PartSize)]
    public void Parts_have_one_size_but_the_last_which_has_the_rest(long size, int count, long last)
    {
        Assert.Equal(count, BlobRules.PartCount(size));
        Assert.Equal(new BlobPart(count, last), BlobRules.Part(size, count));
        Assert.Equal(size, Enumerable.Range(1, count).Sum(number => BlobRules.Part(size, number).Size));
        Assert.All(Enumerable.Range(1, count - 1), number => Assert.Equal(BlobLimits.PartSize, BlobRules.Part(size, number).Size));
    }

    [Fact]
    public void Parts_that_are_missing_or_not_of_their_size_are_named_but_not_all_of_many()
    {
        var blob = Reserve().Document with { Size = 3L * BlobLimits.PartSize };
        ImmutableArray<BlobPart> all = [new(1, BlobLimits.PartSize), new(2, BlobLimits.PartSize), new(3, BlobLimits.PartSize)];

        Assert.Null(BlobRules.MissingParts(blob, all));
        Assert.EndsWith("Of 3 parts 2 were not uploaded yet: 1, 3.", BlobRules.MissingParts(blob, [all[0] with { Size = 1 }, all[1]])!.Message);
        var many = BlobRules.MissingParts(blob with { Size = BlobLimits.Size }, [])!;
        Assert.Equal((ErrorKind.Conflict, "UPLOAD_MISSING"), (many.Kind, many.Code));
        Assert.EndsWith("640 were not uploaded yet: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and more.", many.Message);
    }

    [Fact]
    public void Only_what_was_announced_and_is_not_over_yet_gets_parts()
    {
        var begun = BlobRules.BeginParts(Reserve(), "p-1").Next!;

        Assert.Equal(("p-1", 2L, BlobStatus.Pending), (begun.PartsId, begun.Version, begun.Document.Status));
        Assert.Throws<AppException>(() => BlobRules.BeginParts(null, "p-2"));
        Assert.Throws<AppException>(() => BlobRules.BeginParts(BlobRules.Delete(begun, reason: null, Noon).Next, "p-2"));
    }

    private static BlobState Reserve(ReserveBlob? command = null) => BlobRules.Reserve(null, "b-1", command ?? Picture, Options, Anna, Noon).Next!;
}
