using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace Actors.Blobs;

/// <summary>What a signed URL allows.</summary>
/// <param name="Key">The blob.</param>
/// <param name="ExpiresAt">Until when.</param>
/// <param name="Disposition">Of a GET: the header of the answer.</param>
/// <param name="Expected">Of a PUT: what must arrive.</param>
/// <param name="Part">Of a PUT: which part it is; null for the whole.</param>
public sealed record SignedBlobUrl(
    string Key, DateTimeOffset ExpiresAt, string? Disposition = null, ExpectedBlob? Expected = null, SignedPart? Part = null);

/// <summary>A part that a signed URL allows to put.</summary>
/// <param name="Upload">Of which put in parts.</param>
/// <param name="Number">Which.</param>
/// <param name="Size">How many bytes must arrive.</param>
public sealed record SignedPart(string Upload, int Number, long Size);

/// <summary>
/// URLs of blobs in a folder, as object stores have them: what they allow stands in the query, signed with HMAC-SHA256 by a key that only the
/// silo has.
/// </summary>
public sealed class FolderUrls(ISecrets secrets)
{
    /// <summary>Where the frontend serves them, relative to the root of our API.</summary>
    public const string Prefix = "/api/v1/blobs/";

    private const string Expires = "expires";
    private const string Disposition = "disposition";
    private const string ContentType = "type";
    private const string Size = "size";
    private const string Sha256 = "sha256";
    private const string Upload = "upload";
    private const string Number = "number";
    private const string Signature = "signature";

    private readonly Lazy<byte[]> _key = new(() => secrets.DeriveKey("blob-urls"));

    public string SignGet(string key, DateTimeOffset expiresAt, string? disposition) =>
        Sign("GET", key, [(Expires, Seconds(expiresAt)), .. Given(Disposition, disposition)]);

    public string SignPut(string key, DateTimeOffset expiresAt, ExpectedBlob expected) => Sign(
        "PUT",
        key,
        [
            (Expires, Seconds(expiresAt)),
            (ContentType, expected.ContentType),
            (Size, (expected.Size ?? throw new ArgumentException("The size must be known.", nameof(expected))).ToString(CultureInfo.InvariantCulture)),
            .. Given(Sha256, expected.Sha256),
        ]);

    public string SignPutPart(string key, DateTimeOffset expiresAt, SignedPart part) => Sign(
        "PUT",
        key,
        [
            (Expires, Seconds(expiresAt)),
            (Size, part.Size.ToString(CultureInfo.InvariantCulture)),
            (Upload, part.Upload),
            (Number, part.Number.ToString(CultureInfo.InvariantCulture)),
        ]);

    /// <summary>What the URL allows, or null if it was not signed here for this method, or was changed.</summary>
    public SignedBlobUrl? Read(string method, string key, IQueryCollection query)
    {
        // Names are signed with their values, so a URL of one kind does not hold as one of another.
        var isPart = method == "PUT" && Text(Upload) is not null;
        (string, string)[] fields = method switch
        {
            "PUT" when isPart => [(Expires, Text(Expires) ?? ""), (Size, Text(Size) ?? ""), (Upload, Text(Upload)!), (Number, Text(Number) ?? "")],
            "PUT" => [(Expires, Text(Expires) ?? ""), (ContentType, Text(ContentType) ?? ""), (Size, Text(Size) ?? ""), .. Given(Sha256, Text(Sha256))],
            _ => [(Expires, Text(Expires) ?? ""), .. Given(Disposition, Text(Disposition))],
        };
        var signature = Encoding.ASCII.GetBytes(Text(Signature) ?? "");
        if (!CryptographicOperations.FixedTimeEquals(signature, Encoding.ASCII.GetBytes(SignatureOf(method, key, fields))))
        {
            return null;
        }

        // From here on the text is our own.
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(Whole(Expires));
        return method switch
        {
            "PUT" when isPart => new(key, expiresAt, Part: new(Text(Upload)!, (int)Whole(Number), Whole(Size))),
            "PUT" => new(key, expiresAt, Expected: new(Text(ContentType)!, Whole(Size), Text(Sha256))),
            _ => new(key, expiresAt, Text(Disposition)),
        };

        long Whole(string name) => long.Parse(Text(name)!, CultureInfo.InvariantCulture);

        string? Text(string name) => query.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : null;
    }

    private string Sign(string method, string key, (string Name, string Value)[] fields)
    {
        BlobKeys.Check(key);
        var query = string.Join('&', fields.Select(f => $"{f.Name}={UrlEncoder.Default.Encode(f.Value)}"));
        return $"{Prefix}{key}?{query}&{Signature}={SignatureOf(method, key, fields)}";
    }

    private string SignatureOf(string method, string key, (string Name, string Value)[] fields)
    {
        // Encoded, so that no value can hold the border between two.
        var text = $"{method}\n{key}\n{string.Join('\n', fields.Select(f => $"{f.Name}={UrlEncoder.Default.Encode(f.Value)}"))}";
        return Convert.ToHexStringLower(HMACSHA256.HashData(_key.Value, Encoding.UTF8.GetBytes(text)));
    }

    private static (string Name, string Value)[] Given(string name, string? value) => value is null ? [] : [(name, value)];

    private static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
