using System.Buffers.Binary;
using System.Collections.Frozen;

namespace Actors.Blobs;

/// <summary>
/// Content types that blobs may have, and how their first bytes look. Types that browsers run scripts from (HTML, SVG) are none of them.
/// </summary>
internal static class ContentTypes
{
    /// <summary>So many bytes tell.</summary>
    public const int HeadBytes = 512;

    private delegate bool Look(ReadOnlySpan<byte> head, long size);

    private static readonly FrozenDictionary<string, Look> Looks = new Dictionary<string, Look>(StringComparer.Ordinal)
    {
        ["image/png"] = (head, _) => head.StartsWith(PngMark),
        ["image/jpeg"] = (head, _) => head is [0xFF, 0xD8, 0xFF, ..],
        ["image/gif"] = (head, _) => head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8),
        ["image/webp"] = (head, _) => IsRiff(head, "WEBP"u8),
        ["application/pdf"] = (head, _) => head.StartsWith("%PDF-"u8),
        ["application/zip"] = (head, _) => IsZip(head),
        ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"] = (head, _) => IsZip(head),
        ["application/vnd.openxmlformats-officedocument.wordprocessingml.document"] = (head, _) => IsZip(head),
        ["text/plain"] = (head, _) => IsText(head),
        ["text/csv"] = (head, _) => IsText(head),
        ["application/json"] = (head, _) => IsText(head),
        ["audio/mpeg"] = (head, _) => head.StartsWith("ID3"u8) || head is [0xFF, >= 0xE0, ..],
        ["audio/wav"] = (head, _) => IsRiff(head, "WAVE"u8),
        ["audio/ogg"] = (head, _) => head.StartsWith("OggS"u8),
        ["audio/mp4"] = (head, _) => IsMp4(head),
        ["audio/webm"] = (head, _) => IsWebM(head),
        ["video/mp4"] = (head, _) => IsMp4(head),
        ["video/quicktime"] = (head, _) => IsMp4(head),
        ["video/webm"] = (head, _) => IsWebM(head),
        ["model/gltf-binary"] = (head, _) => head.StartsWith("glTF"u8),
        ["model/obj"] = (head, _) => IsText(head),
        ["model/mtl"] = (head, _) => IsText(head),
        ["model/stl"] = IsStl,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<BlobPurpose, FrozenSet<string>> OfPurpose = new Dictionary<BlobPurpose, FrozenSet<string>>
    {
        [BlobPurpose.Image] = Types(t => t.StartsWith("image/", StringComparison.Ordinal)),
        [BlobPurpose.Model] = Types(t => t.StartsWith("model/", StringComparison.Ordinal)),
        [BlobPurpose.Media] = Types(t => t[..6] is "image/" or "audio/" or "video/"),
        [BlobPurpose.Attachment] = Types(t => t[..6] is "image/" or "audio/" || t.StartsWith("text/", StringComparison.Ordinal) || t.StartsWith("application/", StringComparison.Ordinal)),
    }.ToFrozenDictionary();

    private static ReadOnlySpan<byte> PngMark => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Types that a purpose may have.</summary>
    public static FrozenSet<string> Of(BlobPurpose purpose) => OfPurpose[purpose];

    /// <summary>Whether bytes that begin so may be of the type.</summary>
    /// <param name="type">One that there is.</param>
    /// <param name="head">The first <see cref="HeadBytes"/> bytes, or all.</param>
    /// <param name="size">How many there are in all.</param>
    public static bool Fits(string type, ReadOnlySpan<byte> head, long size) => Looks[type](head, size);

    /// <summary>Whether a browser may show it in place; anything else it is to save.</summary>
    public static bool IsShown(string type) => type[..6] is "image/" or "audio/" or "video/";

    private static FrozenSet<string> Types(Func<string, bool> select) => Looks.Keys.Where(select).ToFrozenSet(StringComparer.Ordinal);

    private static bool IsRiff(ReadOnlySpan<byte> head, ReadOnlySpan<byte> form) =>
        head.StartsWith("RIFF"u8) && head.Length >= 12 && head[8..].StartsWith(form);

    private static bool IsZip(ReadOnlySpan<byte> head) => head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8);

    private static bool IsMp4(ReadOnlySpan<byte> head) => head.Length >= 12 && head[4..].StartsWith("ftyp"u8);

    private static bool IsWebM(ReadOnlySpan<byte> head) => head is [0x1A, 0x45, 0xDF, 0xA3, ..];

    private static bool IsText(ReadOnlySpan<byte> head)
    {
        foreach (var value in head)
        {
            if (value < ' ' && value is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f'))
            {
                return false;
            }
        }

        return true;
    }

    // In text it begins with "solid"; in binary, after 80 bytes of anything, the number of triangles says how long it is.
    private static bool IsStl(ReadOnlySpan<byte> head, long size) =>
        (head.Length >= 84 && size == 84 + (50L * BinaryPrimitives.ReadUInt32LittleEndian(head[80..])))
        || (head.StartsWith("solid"u8) && IsText(head));
}
