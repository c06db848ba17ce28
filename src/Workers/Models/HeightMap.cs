using Actors.Generation;
using SkiaSharp;

namespace Actors.Models;

/// <summary>Heights on a grid, from 0 to 1, row by row from the top.</summary>
internal sealed record HeightMap(int Columns, int Rows, float[] Heights)
{
    /// <summary>Points along the longer side of a picture.</summary>
    public const int LongerSide = 192;

    private const int Smoothings = 2;

    /// <summary>The brightness of a picture, smoothed, and stretched so that its darkest place is 0 and its brightest 1.</summary>
    public static HeightMap Of(SKBitmap picture)
    {
        var scale = (float)LongerSide / Math.Max(picture.Width, picture.Height);
        var (columns, rows) = (PointsOf(picture.Width * scale), PointsOf(picture.Height * scale));
        using var small = Pictures.Resize(picture, columns, rows);
        var heights = Array.ConvertAll(small.Pixels, Brightness);
        for (var time = 0; time < Smoothings; time++)
        {
            heights = Smooth(heights, columns, rows);
        }

        var (low, high) = (heights.Min(), heights.Max());
        return new(columns, rows, high - low < 1e-3f ? new float[heights.Length] : Array.ConvertAll(heights, h => (h - low) / (high - low)));
    }

    private static int PointsOf(float side) => Math.Max(2, (int)MathF.Round(side));

    // Rec. 709; what is transparent is dark.
    private static float Brightness(SKColor color) =>
        ((0.2126f * color.Red) + (0.7152f * color.Green) + (0.0722f * color.Blue)) * color.Alpha / (255f * 255f);

    /// <summary>The mean of each point and its neighbours.</summary>
    private static float[] Smooth(float[] heights, int columns, int rows)
    {
        var smooth = new float[heights.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var (sum, count) = (0f, 0);
                for (var y = Math.Max(0, row - 1); y <= Math.Min(rows - 1, row + 1); y++)
                {
                    for (var x = Math.Max(0, column - 1); x <= Math.Min(columns - 1, column + 1); x++)
                    {
                        (sum, count) = (sum + heights[(y * columns) + x], count + 1);
                    }
                }

                smooth[(row * columns) + column] = sum / count;
            }
        }

        return smooth;
    }
}
