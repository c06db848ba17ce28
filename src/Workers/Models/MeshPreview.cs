using System.Numerics;
using Actors.Generation;
using SkiaSharp;

namespace Actors.Models;

/// <summary>
/// Draws a mesh as a picture of <see cref="Size"/> pixels a side: seen from the upper right in front, as large as it fits, lit from the upper left. Always
/// the same for the same mesh.
/// </summary>
internal sealed class MeshPreview
{
    /// <summary>Pixels of a side.</summary>
    public const int Size = 512;

    /// <summary>What is behind the model.</summary>
    public static readonly SKColor Background = new(0xF2, 0xF3, 0xF5);

    // Drawn larger and made smaller: smooth edges.
    private const int Oversampling = 2;
    private const int Side = Size * Oversampling;
    private const float Share = 0.9f;
    private const float Ambient = 0.3f;
    private const int TrianglesBetweenChecks = 4096;

    // A few seconds. Only a body of very many very large triangles has more; then those that come last are missing.
    private const long MaxSteps = 2_000_000_000;

    private static readonly Vector3 Surface = new(0.66f, 0.70f, 0.76f);
    private static readonly Vector3 Light = Vector3.Normalize(new(-0.4f, 0.7f, 0.8f));

    private readonly Mesh _mesh;
    private readonly SKBitmap? _texture;
    private readonly Vector3[] _screen;
    private readonly float[] _depths = new float[Side * Side];
    private readonly SKColor[] _pixels = new SKColor[Side * Side];

    private MeshPreview(Mesh mesh, SKBitmap? texture)
    {
        (_mesh, _texture) = (mesh, mesh.TextureCoordinates.Length == 0 ? null : texture);
        _screen = Project(mesh);
        Array.Fill(_depths, float.NegativeInfinity);
        Array.Fill(_pixels, Background);
    }

    /// <summary>Draws it, as a PNG file.</summary>
    /// <param name="mesh">The model.</param>
    /// <param name="texture">Its texture, a picture's file, if it has one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static byte[] Draw(Mesh mesh, byte[]? texture, CancellationToken cancellationToken)
    {
        using var colors = texture is null ? null : Pictures.Decode(texture);
        var preview = new MeshPreview(mesh, colors);
        preview.Rasterise(cancellationToken);
        using var large = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        large.Pixels = preview._pixels;
        using var picture = Pictures.Resize(large, Size, Size);
        return Pictures.Encode(picture);
    }

    /// <summary>Where each vertex is on the screen: X to the right and Y downwards in pixels, Z towards the beholder.</summary>
    private static Vector3[] Project(Mesh mesh)
    {
        // First to a unit box: what is very large or very small is drawn as well.
        var (low, high) = mesh.Bounds();
        var (middle, extent) = ((low / 2) + (high / 2), high - low);
        var unit = 1 / Math.Max(extent.X, Math.Max(extent.Y, extent.Z));
        var view = Matrix4x4.CreateLookAt(new(0.55f, 0.45f, 1), Vector3.Zero, Vector3.UnitY);
        var screen = Array.ConvertAll(mesh.Positions, position => Vector3.Transform((position - middle) * unit, view));
        var (lowest, highest) = new Mesh(screen, []).Bounds();
        var scale = Side * Share / Math.Max(highest.X - lowest.X, highest.Y - lowest.Y);
        var center = (lowest + highest) / 2;
        for (var vertex = 0; vertex < screen.Length; vertex++)
        {
            var at = (screen[vertex] - center) * scale;
            screen[vertex] = new((Side / 2f) + at.X, (Side / 2f) - at.Y, at.Z);
        }

        return screen;
    }

    private void Rasterise(CancellationToken cancellationToken)
    {
        var steps = 0L;
        for (var corner = 0; corner < _mesh.Indices.Length && steps < MaxSteps; corner += 3)
        {
            if (corner / 3 % TrianglesBetweenChecks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            steps += Fill(_mesh.Indices[corner], _mesh.Indices[corner + 1], _mesh.Indices[corner + 2]);
        }
    }

    /// <summary>Draws a triangle where nothing is before it; how many pixels were looked at.</summary>
    private int Fill(int first, int second, int third)
    {
        var (a, b, c) = (_screen[first], _screen[second], _screen[third]);
        var area = Edge(a, b, c.X, c.Y);
        if (area == 0 || !float.IsFinite(area))
        {
            return 1;
        }

        var brightness = BrightnessOf(first, second, third);
        var (left, right) = RangeOf(a.X, b.X, c.X);
        var (top, bottom) = RangeOf(a.Y, b.Y, c.Y);
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var (p, q) = (Edge(b, c, x + 0.5f, y + 0.5f) / area, Edge(c, a, x + 0.5f, y + 0.5f) / area);
                var r = 1 - p - q;
                var depth = (p * a.Z) + (q * b.Z) + (r * c.Z);
                var pixel = (y * Side) + x;
                if (p >= 0 && q >= 0 && r >= 0 && depth > _depths[pixel])
                {
                    _depths[pixel] = depth;
                    _pixels[pixel] = Shade(ColorAt(first, second, third, p, q, r), brightness);
                }
            }
        }

        return Math.Max(1, (right - left + 1) * (bottom - top + 1));
    }

    // Of either side of the triangle: files with their surfaces inside out are seen too.
    private float BrightnessOf(int first, int second, int third)
    {
        var (a, b, c) = (_mesh.Positions[first], _mesh.Positions[second], _mesh.Positions[third]);
        var (u, v) = (b - a, c - a);
        var size = Math.Max(u.Length(), v.Length());
        var normal = Vector3.Cross(u / size, v / size);
        var length = normal.Length();
        return length > 0 && float.IsFinite(length) ? Ambient + ((1 - Ambient) * Math.Abs(Vector3.Dot(normal, Light) / length)) : Ambient;
    }

    private Vector3 ColorAt(int first, int second, int third, float p, float q, float r)
    {
        if (_texture is null)
        {
            return Surface;
        }

        var place = (p * _mesh.TextureCoordinates[first]) + (q * _mesh.TextureCoordinates[second]) + (r * _mesh.TextureCoordinates[third]);
        var color = _texture.GetPixel(
            Math.Clamp((int)(place.X * _texture.Width), 0, _texture.Width - 1), Math.Clamp((int)((1 - place.Y) * _texture.Height), 0, _texture.Height - 1));
        return new Vector3(color.Red, color.Green, color.Blue) / 255;
    }

    private static SKColor Shade(Vector3 color, float brightness)
    {
        var shaded = color * brightness * 255;
        return new((byte)shaded.X, (byte)shaded.Y, (byte)shaded.Z);
    }

    private static (int From, int To) RangeOf(float a, float b, float c) => (
        Math.Max(0, (int)Math.Min(a, Math.Min(b, c))), Math.Min(Side - 1, (int)Math.Max(a, Math.Max(b, c))));

    private static float Edge(Vector3 from, Vector3 to, float x, float y) => ((to.X - from.X) * (y - from.Y)) - ((to.Y - from.Y) * (x - from.X));
}
