using SkiaSharp;

namespace Actors.Generation;

public sealed class ProceduralImagesTests
{
    [Fact]
    public async Task The_same_seed_gives_the_same_picture_and_four_seeds_give_plainly_different_ones()
    {
        var provider = new ProceduralImages();
        var first = await DrawAsync(provider, 1);

        Assert.Equal(first.Bytes, (await DrawAsync(provider, 1)).Bytes);
        using var one = SKBitmap.Decode(first.Bytes);
        Assert.Equal((512, 512), (one.Width, one.Height));
        foreach (var seed in new ulong[] { 2, 3, 4 })
        {
            using var other = SKBitmap.Decode((await DrawAsync(provider, seed)).Bytes);
            Assert.InRange(ShareOfPixelsThatDiffer(one, other), 0.2, 1);
        }
    }

    [Fact]
    public async Task Who_cancels_gets_no_picture()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => new ProceduralImages().GenerateAsync("p", 1, _ => Task.CompletedTask, cancelled.Token));
    }

    private static Task<Picture> DrawAsync(ProceduralImages provider, ulong seed) =>
        provider.GenerateAsync("齿轮箱", seed, _ => Task.CompletedTask, TestContext.Current.CancellationToken);

    private static double ShareOfPixelsThatDiffer(SKBitmap one, SKBitmap other) =>
        one.Pixels.Zip(other.Pixels).Count(p => Math.Abs(p.First.Red - p.Second.Red) + Math.Abs(p.First.Green - p.Second.Green) + Math.Abs(p.First.Blue - p.Second.Blue) > 60)
        / (double)one.Pixels.Length;
}
