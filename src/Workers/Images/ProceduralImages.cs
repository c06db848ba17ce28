using System.Security.Cryptography;
using System.Text;
using SkiaSharp;

namespace Actors.Generation;

/// <summary>
/// Draws a picture from the prompt with no network: a relief of rings and blades on a ground of two colours, all of it decided by prompt and
/// seed. Not what the prompt says, but a real picture, always the same for the same seed and plainly another for another.
/// </summary>
internal sealed class ProceduralImages : IImageProvider
{
    public const int Size = 512;

    private const int MinShapes = 5;
    private const int MoreShapes = 5;

    public string Name => "local";

    public async Task<Picture> GenerateAsync(string prompt, ulong seed, Func<int, Task> progress, CancellationToken cancellationToken)
    {
        var chance = ChanceOf(prompt, seed);
        using var surface = SKSurface.Create(new SKImageInfo(Size, Size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var canvas = surface.Canvas;
        var hue = chance.NextSingle() * 360;
        DrawGround(canvas, hue);
        var shapes = MinShapes + chance.Next(MoreShapes);
        for (var shape = 0; shape < shapes; shape++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DrawShape(canvas, chance, hue, 1 - ((float)shape / shapes));
            if (shape == shapes / 2)
            {
                await progress(50);
            }
        }

        using var image = surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        return new(png.ToArray(), "image/png");
    }

    // Not string.GetHashCode: it differs from process to process.
    private static Random ChanceOf(string prompt, ulong seed)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{prompt}"));
        return new Random(BitConverter.ToInt32(hash));
    }

    private static void DrawGround(SKCanvas canvas, float hue)
    {
        using var paint = new SKPaint();
        using var shader = SKShader.CreateLinearGradient(
            new SKPoint(0, 0), new SKPoint(Size, Size), [SKColor.FromHsl(hue, 35, 22), SKColor.FromHsl(hue + 40, 45, 12)], SKShaderTileMode.Clamp);
        paint.Shader = shader;
        canvas.DrawRect(0, 0, Size, Size, paint);
    }

    /// <summary>A star around the middle with blades or a ring: the further in, the brighter, so that it reads as a height.</summary>
    private static void DrawShape(SKCanvas canvas, Random chance, float hue, float scale)
    {
        var blades = 3 + chance.Next(9);
        var outer = Size * 0.46f * scale;
        var inner = outer * (0.45f + (chance.NextSingle() * 0.5f));
        var turn = chance.NextSingle() * MathF.Tau;
        using var builder = new SKPathBuilder();
        for (var corner = 0; corner < blades * 2; corner++)
        {
            var radius = corner % 2 == 0 ? outer : inner;
            var angle = turn + (corner * MathF.PI / blades);
            var point = new SKPoint((Size / 2f) + (radius * MathF.Cos(angle)), (Size / 2f) + (radius * MathF.Sin(angle)));
            if (corner == 0)
            {
                builder.MoveTo(point);
            }
            else
            {
                builder.LineTo(point);
            }
        }

        builder.Close();
        using var path = builder.Detach();
        using var paint = new SKPaint();
        paint.IsAntialias = true;
        paint.Color = SKColor.FromHsl((hue + 180 + (chance.NextSingle() * 60)) % 360, 40 + (chance.NextSingle() * 40), 30 + ((1 - scale) * 55));
        canvas.DrawPath(path, paint);
    }
}
