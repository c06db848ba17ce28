using System.Text;
using Actors.Generation;
using Actors.Jobs;
using SkiaSharp;

namespace Actors.Models;

public sealed class ReliefModelsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_relief_is_closed_and_its_surface_faces_outwards()
    {
        var mesh = (await MakeAsync(await PictureAsync("gear"))).Mesh;

        var edges = new HashSet<(int, int)>();
        for (var corner = 0; corner < mesh.Indices.Length; corner += 3)
        {
            var (a, b, c) = (mesh.Indices[corner], mesh.Indices[corner + 1], mesh.Indices[corner + 2]);
            Assert.True(edges.Add((a, b)) && edges.Add((b, c)) && edges.Add((c, a)), "Two triangles have an edge in the same direction.");
        }

        Assert.All(edges, edge => Assert.Contains((edge.Item2, edge.Item1), edges));
        Assert.True(VolumeOf(mesh) > 0);
        Assert.Equal(mesh.Positions.Length, mesh.Normals.Length);
        Assert.Equal(mesh.Positions.Length, mesh.TextureCoordinates.Length);
        Assert.All(mesh.Normals, normal => Assert.Equal(1, normal.Length(), 3));
    }

    [Fact]
    public async Task The_same_picture_gives_the_same_bytes_and_another_one_another_body()
    {
        var (one, again, other) = (await MakeAsync(await PictureAsync("a")), await MakeAsync(await PictureAsync("a")), await MakeAsync(await PictureAsync("b")));

        Assert.Equal(one.Bytes, again.Bytes);
        Assert.Equal(one.Parts.Select(p => p.Bytes), again.Parts.Select(p => p.Bytes));
        Assert.NotEqual(one.Bytes, other.Bytes);
        Assert.InRange(one.Mesh.Positions.Zip(other.Mesh.Positions).Count(p => Math.Abs(p.First.Z - p.Second.Z) > 0.5), one.Mesh.Positions.Length / 10, int.MaxValue);
    }

    [Fact]
    public async Task What_is_bright_stands_out()
    {
        using var half = new SKBitmap(64, 64);
        half.Erase(SKColors.Black);
        half.Erase(SKColors.White, new SKRectI(32, 0, 64, 64));

        var mesh = (await MakeAsync(Pictures.Encode(half))).Mesh;

        var front = mesh.Positions.Where(p => p.Z > 0).ToList();
        Assert.True(front.Where(p => p.X < -10).Max(p => p.Z) < front.Where(p => p.X > 10).Min(p => p.Z));
    }

    [Fact]
    public async Task The_files_refer_to_each_other_and_read_as_the_same_body()
    {
        var model = await MakeAsync(await PictureAsync("gear"));

        Assert.StartsWith("mtllib model.mtl\n", Encoding.ASCII.GetString(model.Bytes), StringComparison.Ordinal);
        Assert.Equal(["model.mtl", "texture.png"], model.Parts.Select(p => p.Name));
        Assert.Contains("map_Kd texture.png", Encoding.ASCII.GetString(model.Parts[0].Bytes), StringComparison.Ordinal);
        using var texture = SKBitmap.Decode(model.Parts[1].Bytes);
        Assert.Equal((512, 512), (texture.Width, texture.Height));
        var read = ModelReaders.Read(ModelFormat.Obj, model.Bytes, Cancellation);
        Assert.Equal(model.Mesh.Indices, read.Indices);
        Assert.All(model.Mesh.Positions.Zip(read.Positions), p => Assert.InRange((p.First - p.Second).Length(), 0, 0.001));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2000)]
    [InlineData(2500, 40)]
    public async Task Pictures_of_any_shape_become_a_closed_body_and_a_texture_of_at_most_1024(int width, int height)
    {
        using var picture = new SKBitmap(width, height);
        picture.Erase(SKColors.Gray);

        var model = await MakeAsync(Pictures.Encode(picture));

        Assert.True(VolumeOf(model.Mesh) > 0);
        using var texture = SKBitmap.Decode(model.Parts[1].Bytes);
        Assert.InRange(Math.Max(texture.Width, texture.Height), 1, 1024);
    }

    [Fact]
    public async Task Pictures_that_are_none_or_too_large_are_refused_for_good()
    {
        using var wide = new SKBitmap(Pictures.MaxSide + 1, 1);

        Assert.Equal("IMAGE_INVALID", await RefusedAsync("no picture"u8.ToArray()));
        Assert.Equal("IMAGE_INVALID", await RefusedAsync([]));
        Assert.Equal("IMAGE_INVALID", await RefusedAsync((await PictureAsync("a"))[..20]));
        Assert.Equal("IMAGE_TOO_LARGE", await RefusedAsync(Pictures.Encode(wide)));
        Assert.Equal("IMAGE_TOO_LARGE", await RefusedAsync(new byte[Pictures.MaxBytes + 1]));
    }

    [Fact]
    public async Task Progress_is_told_and_who_cancels_gets_no_model()
    {
        var told = new List<int>();
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await new ReliefModels().GenerateAsync(
            new(new(await PictureAsync("a"), "image/png"), "a"),
            (percent, _) =>
            {
                told.Add(percent);
                return percent >= 50 ? stop.CancelAsync() : Task.CompletedTask;
            },
            stop.Token));

        Assert.Equal([25, 50], told);
    }

    [Fact]
    public async Task A_preview_shows_the_body_before_a_background_and_is_always_the_same()
    {
        var model = await MakeAsync(await PictureAsync("gear"));
        var plain = MeshPreview.Draw(model.Mesh, texture: null, Cancellation);
        var textured = MeshPreview.Draw(model.Mesh, model.Parts[1].Bytes, Cancellation);

        Assert.Equal(plain, MeshPreview.Draw(model.Mesh, texture: null, Cancellation));
        Assert.NotEqual(plain, textured);
        foreach (var preview in new[] { plain, textured })
        {
            using var picture = SKBitmap.Decode(preview);
            Assert.Equal((512, 512), (picture.Width, picture.Height));
            Assert.Equal(MeshPreview.Background, picture.GetPixel(2, 2));
            Assert.NotEqual(MeshPreview.Background, picture.GetPixel(256, 256));
            Assert.InRange(picture.Pixels.Count(p => p != MeshPreview.Background), 512 * 512 / 4, 512 * 512 * 9 / 10);
        }
    }

    [Theory]
    [InlineData(1e30f)]
    [InlineData(1e-30f)]
    [InlineData(1)]
    public void A_preview_fits_a_body_of_any_size(float size)
    {
        var mesh = new Mesh([new(0, 0, 0), new(size, 0, 0), new(0, size, 0), new(0, 0, size)], [0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3]);

        using var picture = SKBitmap.Decode(MeshPreview.Draw(mesh, texture: null, Cancellation));

        Assert.InRange(picture.Pixels.Count(p => p != MeshPreview.Background), 512 * 512 / 10, 512 * 512 * 9 / 10);
    }

    /// <summary>By the divergence theorem; positive if the surface faces outwards.</summary>
    private static double VolumeOf(Mesh mesh)
    {
        var sum = 0.0;
        for (var corner = 0; corner < mesh.Indices.Length; corner += 3)
        {
            var (a, b, c) = (mesh.Positions[mesh.Indices[corner]], mesh.Positions[mesh.Indices[corner + 1]], mesh.Positions[mesh.Indices[corner + 2]]);
            sum += System.Numerics.Vector3.Dot(a, System.Numerics.Vector3.Cross(b, c)) / 6;
        }

        return sum;
    }

    private static async Task<byte[]> PictureAsync(string prompt) =>
        (await new ProceduralImages().GenerateAsync(prompt, 1, _ => Task.CompletedTask, Cancellation)).Bytes;

    private static Task<ProvidedModel> MakeAsync(byte[] picture) =>
        new ReliefModels().GenerateAsync(new(new(picture, "image/png"), "a gear"), (_, _) => Task.CompletedTask, Cancellation);

    private static async Task<string> RefusedAsync(byte[] picture)
    {
        var failure = (await Assert.ThrowsAsync<JobFailedException>(() => MakeAsync(picture))).Failure;
        Assert.False(failure.MayPass);
        return failure.Code;
    }
}
