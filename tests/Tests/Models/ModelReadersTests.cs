using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Actors.Jobs;

namespace Actors.Models;

/// <summary>Readers of uploads: good files become meshes, any others end in a clean refusal.</summary>
public sealed class ModelReadersTests
{
    private const int Flips = 3_000;
    private const long MostBytes = 8 * 1024 * 1024;

    private static readonly byte[] StlBinary = ModelFiles.StlBinary(Vector3.Zero, Vector3.UnitX, Vector3.UnitY, Vector3.Zero, Vector3.UnitY, Vector3.UnitZ);

    public static TheoryData<string> Good => new("obj", "stl text", "stl binary", "glb");

    [Fact]
    public void An_obj_is_read_with_its_negative_numbers_and_without_what_it_refers_to()
    {
        var mesh = Read(ModelFormat.Obj, ModelFiles.Obj);

        Assert.Equal([Vector3.Zero, Vector3.UnitX, Vector3.UnitY, Vector3.UnitZ], mesh.Positions);
        Assert.Equal([0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3], mesh.Indices);
    }

    [Fact]
    public void A_polygon_of_an_obj_becomes_a_fan() =>
        Assert.Equal([0, 1, 2, 0, 2, 3, 0, 3, 4], Read(ModelFormat.Obj, "v 0 0 0\nv 1 0 0\nv 2 1 0\nv 1 2 0\r\nv 0 2 +0\nf 1 2 3 4 5 # five").Indices);

    [Fact]
    public void Both_kinds_of_stl_are_read_and_equal_corners_become_one()
    {
        var text = Read(ModelFormat.Stl, ModelFiles.StlText);
        Assert.Equal([Vector3.Zero, Vector3.UnitY, Vector3.UnitX, Vector3.UnitZ], text.Positions);
        Assert.Equal([0, 1, 2, 0, 2, 3], text.Indices);

        var binary = Read(ModelFormat.Stl, StlBinary);
        Assert.Equal([Vector3.Zero, Vector3.UnitX, Vector3.UnitY, Vector3.UnitZ], binary.Positions);
        Assert.Equal([0, 1, 2, 0, 2, 3], binary.Indices);
    }

    [Fact]
    public void A_glb_is_read_where_its_nodes_put_it()
    {
        var mesh = Read(ModelFormat.Glb, ModelFiles.Glb());

        Assert.Equal([new(10, 0, 0), new(12, 0, 0), new(10, 2, 0)], mesh.Positions);
        Assert.Equal([0, 1, 2], mesh.Indices);
    }

    [Theory]
    [InlineData("\"mode\":5,\"indices\"", new[] { 0, 1, 2 })]
    [InlineData("\"mode\":6,\"indices\"", new[] { 0, 1, 2 })]
    [InlineData("\"indices\"", new[] { 0, 1, 2 })]
    public void Strips_and_fans_of_a_glb_are_triangles(string indices, int[] expected) =>
        Assert.Equal(expected, Read(ModelFormat.Glb, ModelFiles.Glb(ModelFiles.Gltf.Replace("\"indices\"", indices, StringComparison.Ordinal))).Indices);

    [Theory]
    [InlineData("nodes\":[0]}", "nodes\":[0,0]}")] // a node twice
    [InlineData("\"children\":[1]", "\"children\":[0]")] // a circle
    [InlineData("\"children\":[1]", "\"children\":[2]")]
    [InlineData("\"mesh\":0", "\"mesh\":-1")]
    [InlineData("\"mesh\":0", "\"mesh\":1")]
    [InlineData("\"POSITION\":0", "\"POSITION\":1")]
    [InlineData("\"POSITION\":0", "\"NORMAL\":0")]
    [InlineData("\"indices\":1", "\"indices\":0")]
    [InlineData("\"count\":3", "\"count\":4294967296")]
    [InlineData("\"count\":3", "\"count\":9223372036854775807")]
    [InlineData("\"count\":3", "\"count\":-1")]
    [InlineData("\"count\":3", "\"count\":0")]
    [InlineData("\"count\":3", "\"count\":3,\"byteOffset\":9223372036854775807")]
    [InlineData("\"count\":3", "\"count\":3,\"byteOffset\":-4")]
    [InlineData("\"count\":3", "\"count\":3,\"sparse\":{}")]
    [InlineData("\"byteLength\":36", "\"byteLength\":9223372036854775807")]
    [InlineData("\"byteLength\":36", "\"byteLength\":-1")]
    [InlineData("\"byteLength\":36", "\"byteLength\":36,\"byteStride\":0")]
    [InlineData("\"byteLength\":36", "\"byteLength\":36,\"byteOffset\":-1")]
    [InlineData("\"byteLength\":44", "\"byteLength\":45")]
    [InlineData("\"byteLength\":44", "\"byteLength\":44,\"uri\":\"http://127.0.0.1/secret.bin\"")]
    [InlineData("{\"byteLength\":44}", "null")]
    [InlineData("\"asset\"", "\"extensionsRequired\":[\"KHR_draco_mesh_compression\"],\"asset\"")]
    [InlineData("\"translation\":[10,0,0]", "\"translation\":[1e999,0,0]")]
    [InlineData("\"translation\":[10,0,0]", "\"translation\":[10]")]
    [InlineData("\"translation\":[10,0,0]", "\"matrix\":[1,2,3]")]
    [InlineData("\"scene\":0", "\"scene\":7")]
    [InlineData("\"version\":\"2.0\"", "\"version\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public void A_glb_that_does_not_hold_together_is_refused(string good, string bad)
    {
        Assert.Contains(good, ModelFiles.Gltf);

        Assert.Equal("MODEL_INVALID", Refused(ModelFormat.Glb, ModelFiles.Glb(ModelFiles.Gltf.Replace(good, bad, StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4")]
    [InlineData("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 0")]
    [InlineData("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 -4")]
    [InlineData("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 99999999999")]
    [InlineData("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1/1 2/1 3/1")]
    [InlineData("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1//2 2//2 3//2")]
    [InlineData("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1x 2 3")]
    [InlineData("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2")]
    [InlineData("v 0 0 NaN\nv 1 0 0\nv 0 1 0\nf 1 2 3")]
    [InlineData("v 0 0 Infinity\nv 1 0 0\nv 0 1 0\nf 1 2 3")]
    [InlineData("v 0 0 1e99\nv 1 0 0\nv 0 1 0\nf 1 2 3")]
    [InlineData("v 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3")]
    [InlineData("v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3")]
    [InlineData("v 0 0 0\nv 1 0 0\nv 0 1 0")]
    [InlineData("")]
    public void An_obj_that_does_not_hold_together_is_refused(string text) => Assert.Equal("MODEL_INVALID", Refused(ModelFormat.Obj, Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void A_line_may_be_64_KiB_and_not_longer()
    {
        var comment = "#" + new string('x', (64 * 1024) - 1);

        Assert.Equal(4, Read(ModelFormat.Obj, comment + "\n" + ModelFiles.Obj).Triangles);
        Assert.Equal("MODEL_INVALID", Refused(ModelFormat.Obj, Encoding.ASCII.GetBytes(comment + "x\n" + ModelFiles.Obj)));
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(4_000_000_000)]
    [InlineData(3)]
    [InlineData(0)]
    public void An_stl_that_claims_other_triangles_than_it_has_is_refused_at_no_cost(uint claimed)
    {
        var file = ModelFiles.StlBinary(Vector3.Zero, Vector3.UnitX, Vector3.UnitY);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(80), claimed);

        Assert.Equal("MODEL_INVALID", Refused(ModelFormat.Stl, file));
    }

    [Fact]
    public void Numbers_that_are_none_are_refused_in_an_stl()
    {
        Assert.Equal("MODEL_INVALID", Refused(ModelFormat.Stl, ModelFiles.StlBinary(new(float.NaN, 0, 0), Vector3.UnitX, Vector3.UnitY)));
        Assert.Equal("MODEL_INVALID", Refused(ModelFormat.Stl, ModelFiles.StlBinary(new(float.PositiveInfinity, 0, 0), Vector3.UnitX, Vector3.UnitY)));
    }

    [Fact]
    public void A_file_of_more_than_200_MiB_is_too_large()
    {
        ModelReaders.EnsureSize(200 * 1024 * 1024);

        var failure = Assert.Throws<JobFailedException>(() => ModelReaders.EnsureSize((200L * 1024 * 1024) + 1)).Failure;
        Assert.Equal(("MODEL_TOO_LARGE", false), (failure.Code, failure.MayPass));
    }

    [Fact]
    public void More_triangles_than_may_be_are_too_large()
    {
        var mesh = new MeshBuilder();
        mesh.AddVertex(Vector3.Zero);
        for (var triangle = 0; triangle < Mesh.MaxTriangles; triangle++)
        {
            mesh.AddTriangle(0, 0, 0);
        }

        Assert.Equal("MODEL_TOO_LARGE", Assert.Throws<JobFailedException>(() => mesh.AddTriangle(0, 0, 0)).Failure.Code);
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void A_file_that_ends_anywhere_is_a_mesh_or_refused(string name)
    {
        var (format, file) = FileOf(name);
        for (var length = 0; length < file.Length; length++)
        {
            Try(format, file[..length]);
        }
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void A_file_with_bytes_that_are_others_is_a_mesh_or_refused(string name)
    {
        var (format, file) = FileOf(name);
        var chance = new Random(42);
        for (var flip = 0; flip < Flips; flip++)
        {
            var bytes = file.ToArray();
            for (var number = chance.Next(1, 5); number > 0; number--)
            {
                bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
            }

            Try(format, bytes);
        }
    }

    private static (ModelFormat Format, byte[] File) FileOf(string name) => name switch
    {
        "obj" => (ModelFormat.Obj, Encoding.ASCII.GetBytes(ModelFiles.Obj)),
        "stl text" => (ModelFormat.Stl, Encoding.ASCII.GetBytes(ModelFiles.StlText)),
        "stl binary" => (ModelFormat.Stl, StlBinary),
        _ => (ModelFormat.Glb, ModelFiles.Glb()),
    };

    /// <summary>Nothing but a mesh whose parts fit, or a refusal; and no memory for what a file only claims.</summary>
    private static void Try(ModelFormat format, byte[] file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var mesh = ModelReaders.Read(format, file, CancellationToken.None);
            Assert.All(mesh.Indices, index => Assert.InRange(index, 0, mesh.Positions.Length - 1));
        }
        catch (JobFailedException refused)
        {
            Assert.Contains(refused.Failure.Code, new[] { "MODEL_INVALID", "MODEL_TOO_LARGE" });
            Assert.False(refused.Failure.MayPass);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
    }

    private static Mesh Read(ModelFormat format, string text) => Read(format, Encoding.ASCII.GetBytes(text));

    private static Mesh Read(ModelFormat format, byte[] file) => ModelReaders.Read(format, file, TestContext.Current.CancellationToken);

    private static string Refused(ModelFormat format, byte[] file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var failure = Assert.Throws<JobFailedException>(() => Read(format, file)).Failure;
        Assert.False(failure.MayPass);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        return failure.Code;
    }
}
