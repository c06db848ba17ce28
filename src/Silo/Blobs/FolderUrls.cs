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
public sealed record SignedBlobUrl(string Key, DateTimeOffset ExpiresAt, string? Disposition, ExpectedBlob? Expected);

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

    /// <summary>What the URL allows, or null if it was not signed here for this method, or was changed.</summary>
    public SignedBlobUrl? Read(string method, string key, IQueryCollection query)
    {
        (string, string)[] fields = method == "PUT"
            ? [(Expires, Text(Expires) ?? ""), (ContentType, Text(ContentType) ?? ""), (Size, Text(Size) ?? ""), .. Given(Sha256, Text(Sha256))]
            : [(Expires, Text(Expires) ?? ""), .. Given(Disposition, Text(Disposition))];
        var signature = Encoding.ASCII.GetBytes(Text(Signature) ?? "");
        if (!CryptographicOperations.FixedTimeEquals(signature, Encoding.ASCII.GetBytes(SignatureOf(method, key, fields))))
        {
            return null;
        }

        // From here on the text is our own.
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(long.Parse(Text(Expires)!, CultureInfo.InvariantCulture));
        return method == "PUT"
            ? new(key, expiresAt, Disposition: null, new(Text(ContentType)!, long.Parse(Text(Size)!, CultureInfo.InvariantCulture), Text(Sha256)))
            : new(key, expiresAt, Text(Disposition), Expected: null);

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
