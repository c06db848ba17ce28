using System.Text;

namespace Actors.Blobs;

/// <summary>First bytes tell what bytes are.</summary>
public sealed class ContentTypesTests
{
    private static readonly byte[] Png = [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, 0, 0];
    private static readonly byte[] Html = Encoding.UTF8.GetBytes("<html><script>alert(1)</script>");

    public static TheoryData<string, byte[]> Samples => new()
    {
        { "image/png", Png },
        { "image/jpeg", [0xFF, 0xD8, 0xFF, 0xE0] },
        { "image/gif", "GIF89a"u8.ToArray() },
        { "image/webp", "RIFF\0\0\0\0WEBPVP8 "u8.ToArray() },
        { "application/pdf", "%PDF-1.7"u8.ToArray() },
        { "application/zip", [.. "PK"u8, 3, 4] },
        { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", [.. "PK"u8, 3, 4] },
        { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", [.. "PK"u8, 3, 4] },
        { "text/plain", Encoding.UTF8.GetBytes("第一批\r\n\t好了") },
        { "text/csv", "a;b\n1;2"u8.ToArray() },
        { "application/json", "{}"u8.ToArray() },
        { "audio/mpeg", "ID3"u8.ToArray() },
        { "audio/wav", "RIFF\0\0\0\0WAVEfmt "u8.ToArray() },
        { "audio/ogg", "OggS"u8.ToArray() },
        { "audio/mp4", "\0\0\0\u0018ftypM4A "u8.ToArray() },
        { "audio/webm", [0x1A, 0x45, 0xDF, 0xA3] },
        { "video/mp4", "\0\0\0\u0018ftypisom"u8.ToArray() },
        { "video/quicktime", "\0\0\0\u0014ftypqt  "u8.ToArray() },
        { "video/webm", [0x1A, 0x45, 0xDF, 0xA3] },
        { "model/gltf-binary", "glTF\u0002\0\0\0"u8.ToArray() },
        { "model/obj", "v 0 0 0\n"u8.ToArray() },
        { "model/mtl", "newmtl a\n"u8.ToArray() },
        { "model/stl", "solid cube\n"u8.ToArray() },
    };

    [Fact]
    public void Every_type_has_a_sample_here_and_a_purpose()
    {
        var types = Enum.GetValues<BlobPurpose>().SelectMany(ContentTypes.Of).Distinct().Order();

        Assert.Equal(types, Samples.Select(s => s.Data.Item1).Order());
        Assert.DoesNotContain("text/html", types);
        Assert.DoesNotContain("image/svg+xml", types);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Bytes_of_a_type_fit_it_and_nothing_does_not(string type, byte[] head)
    {
        Assert.True(ContentTypes.Fits(type, head, head.Length));
        Assert.Equal(type is "text/plain" or "text/csv" or "application/json" or "model/obj" or "model/mtl", ContentTypes.Fits(type, [], 0));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_page_with_a_script_is_taken_for_nothing_but_text(string type, byte[] head)
    {
        Assert.NotEmpty(head);
        Assert.Equal(type is "text/plain" or "text/csv" or "application/json" or "model/obj" or "model/mtl", ContentTypes.Fits(type, Html, Html.Length));
        Assert.False(type is "text/plain" && ContentTypes.IsShown(type)); // it is saved, not shown
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("model/obj")]
    [InlineData("image/jpeg")]
    [InlineData("image/webp")]
    public void A_picture_is_not_taken_for_another_type(string type) => Assert.False(ContentTypes.Fits(type, Png, Png.Length));

    [Theory]
    [InlineData(0, 84, true)]
    [InlineData(2, 184, true)]
    [InlineData(2, 185, false)]
    [InlineData(3, 184, false)]
    public void A_binary_stl_is_as_long_as_its_triangles_say(int triangles, int size, bool fits)
    {
        var bytes = new byte[size];
        bytes[80] = (byte)triangles;

        Assert.Equal(fits, ContentTypes.Fits("model/stl", bytes, size));
    }
}
