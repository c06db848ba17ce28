using Actors.Jobs;
using SkiaSharp;

namespace Actors.Generation;

/// <summary>Files of pictures: those of users and providers are looked at before they are opened.</summary>
internal static class Pictures
{
    /// <summary>Most bytes of a picture's file.</summary>
    public const int MaxBytes = 20 * 1024 * 1024;

    /// <summary>Most pixels along a side.</summary>
    public const int MaxSide = 8192;

    private static readonly SKSamplingOptions Smooth = new(SKFilterMode.Linear, SKMipmapMode.Linear);

    /// <summary>Whether somebody calls the content a picture.</summary>
    public static bool IsType(string contentType) => contentType.StartsWith("image/", StringComparison.Ordinal);

    /// <summary>The media type of a picture's file, by what is in it; null if it is none that is known.</summary>
    public static string? FindType(byte[] file)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        return codec?.EncodedFormat switch
        {
            SKEncodedImageFormat.Png => "image/png",
            SKEncodedImageFormat.Jpeg => "image/jpeg",
            SKEncodedImageFormat.Webp => "image/webp",
            SKEncodedImageFormat.Gif => "image/gif",
            _ => null,
        };
    }

    /// <summary>Opens a picture; its size is looked at before any pixel is.</summary>
    /// <exception cref="JobFailedException"><c>IMAGE_INVALID</c> or <c>IMAGE_TOO_LARGE</c>; cannot pass.</exception>
    public static SKBitmap Decode(byte[] file)
    {
        if (file.Length > MaxBytes)
        {
            throw TooLarge($"The picture has more than {MaxBytes} bytes.");
        }

        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data) ?? throw Invalid();
        if (codec.Info is { Width: > MaxSide } or { Height: > MaxSide })
        {
            throw TooLarge($"The picture has more than {MaxSide} pixels along a side.");
        }

        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        return SKBitmap.Decode(codec, info) ?? throw Invalid();
    }

    /// <summary>The picture in another size.</summary>
    public static SKBitmap Resize(SKBitmap picture, int width, int height) =>
        picture.Resize(picture.Info.WithSize(width, height), Smooth) ?? throw Invalid();

    /// <summary>As a PNG file.</summary>
    public static byte[] Encode(SKBitmap picture)
    {
        using var png = picture.Encode(SKEncodedImageFormat.Png, quality: 100);
        return png.ToArray();
    }

    public static JobFailedException TooLarge(string message) => new(new JobFailure("IMAGE_TOO_LARGE", message, MayPass: false));

    private static JobFailedException Invalid() => new(new JobFailure("IMAGE_INVALID", "The picture cannot be read.", MayPass: false));
}
