using System.Buffers.Binary;
using System.Numerics;

namespace Actors.Models;

/// <summary>
/// Reads the triangles of a GLB's scene, where its nodes put them. Only what the file itself holds: a buffer elsewhere, compressed or sparse data,
/// and extensions that change the geometry are refused.
/// </summary>
internal sealed class GlbReader
{
    private const int Bytes = 5121;
    private const int Shorts = 5123;
    private const int Ints = 5125;
    private const int Floats = 5126;
    private const int NumbersBetweenChecks = 65536;

    private readonly GlbDocument _document;
    private readonly ReadOnlyMemory<byte> _binary;
    private readonly MeshBuilder _mesh = new();
    private readonly CancellationToken _cancellation;

    private GlbReader(GlbContainer file, CancellationToken cancellationToken) =>
        (_document, _binary, _cancellation) = (file.Document, file.Binary, cancellationToken);

    public static Mesh Read(ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        var reader = new GlbReader(GlbContainer.Open(file), cancellationToken);
        reader.EnsureWhole();
        reader.ReadScene();
        return reader._mesh.Build();
    }

    /// <summary>Everything that is needed is in the file.</summary>
    private void EnsureWhole()
    {
        foreach (var extension in _document.ExtensionsRequired ?? [])
        {
            var isLook = extension is not null && (extension.StartsWith("KHR_materials_", StringComparison.Ordinal)
                || extension.StartsWith("KHR_texture_", StringComparison.Ordinal) || extension is "KHR_lights_punctual" or "EXT_texture_webp");
            Ensure(isLook, "It needs an extension that is not known here.");
        }

        if (_document.Buffers is { } buffers)
        {
            Ensure(buffers is [{ Uri: null, ByteLength: >= 0 } only] && only.ByteLength <= _binary.Length, "Its data are elsewhere, or shorter than it says.");
        }
    }

    // A node has at most one parent, so that each is met once; whoever meets one again goes in a circle.
    private void ReadScene()
    {
        var open = new Stack<(int Node, Matrix4x4 Parent)>();
        var met = new HashSet<int>();
        foreach (var root in At(_document.Scenes, _document.Scene ?? 0).Nodes ?? [])
        {
            open.Push((root, Matrix4x4.Identity));
        }

        while (open.TryPop(out var next))
        {
            _cancellation.ThrowIfCancellationRequested();
            Ensure(met.Add(next.Node), "Its nodes are no tree.");
            var node = At(_document.Nodes, next.Node);
            var place = PlaceOf(node) * next.Parent;
            foreach (var child in node.Children ?? [])
            {
                open.Push((child, place));
            }

            foreach (var primitive in node.Mesh is { } mesh ? At(_document.Meshes, mesh).Primitives ?? [] : [])
            {
                ReadPrimitive(primitive ?? throw NotThere(), place);
            }
        }
    }

    // Column by column there, row by row here; but there a vector stands on the right, here on the left.
    private static Matrix4x4 PlaceOf(GlbNode node)
    {
        if (node.Matrix is { } m)
        {
            Ensure(m.Length == 16, "A matrix is none.");
            return new Matrix4x4(m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8], m[9], m[10], m[11], m[12], m[13], m[14], m[15]);
        }

        var (scale, turn, shift) = (node.Scale ?? [1, 1, 1], node.Rotation ?? [0, 0, 0, 1], node.Translation ?? [0, 0, 0]);
        Ensure(scale.Length == 3 && turn.Length == 4 && shift.Length == 3, "A node's place is none.");
        return Matrix4x4.CreateScale(scale[0], scale[1], scale[2])
            * Matrix4x4.CreateFromQuaternion(new Quaternion(turn[0], turn[1], turn[2], turn[3]))
            * Matrix4x4.CreateTranslation(shift[0], shift[1], shift[2]);
    }

    private void ReadPrimitive(GlbPrimitive primitive, Matrix4x4 place)
    {
        if ((primitive.Mode ?? 4) is not (>= 4 and <= 6 and var mode))
        {
            return; // points and lines
        }

        var positions = primitive.Attributes is { } attributes && attributes.TryGetValue("POSITION", out var accessor)
            ? ViewOf(accessor, "VEC3", [Floats])
            : throw ModelFailures.Invalid("A surface has no positions.");
        var start = _mesh.Vertices;
        for (var number = 0L; number < positions.Count; number++)
        {
            CheckNowAndThen(number);
            _mesh.AddVertex(Vector3.Transform(positions.VectorAt(number), place));
        }

        var corners = primitive.Indices is { } indices ? ViewOf(indices, "SCALAR", [Bytes, Shorts, Ints]) : (View?)null;
        var count = corners?.Count ?? positions.Count;
        Ensure(mode != 4 || count % 3 == 0, "A triangle is not whole.");
        var isMirrored = place.GetDeterminant() < 0; // then what was outside would be inside
        for (var number = 0L; number <= count - 3; number += mode == 4 ? 3 : 1)
        {
            CheckNowAndThen(number);
            var (a, b, c) = mode switch
            {
                4 => (number, number + 1, number + 2),
                5 => (number, number + 1 + (number % 2), number + 2 - (number % 2)), // a strip: every second one is turned
                _ => (0, number + 1, number + 2), // a fan
            };
            var (first, second, third) = (CornerAt(a), CornerAt(b), CornerAt(c));
            _mesh.AddTriangle(first, isMirrored ? third : second, isMirrored ? second : third);
        }

        long CornerAt(long number)
        {
            var index = corners?.NumberAt(number) ?? number;
            return index < positions.Count ? start + index : throw NotThere();
        }
    }

    private View ViewOf(int accessor, string type, ReadOnlySpan<int> components)
    {
        var from = At(_document.Accessors, accessor);
        Ensure(from.Type == type && components.Contains(from.ComponentType) && from.Sparse is null, "Its numbers are not of a kind that is known here.");
        Ensure(from.Count >= 1, "A list of numbers is empty.");
        var view = At(_document.BufferViews, from.BufferView ?? -1);
        var size = from.ComponentType switch { Bytes => 1, Shorts => 2, _ => 4 } * (type == "VEC3" ? 3 : 1);
        var stride = view.ByteStride ?? size;
        var (start, offset) = (view.ByteOffset ?? 0, from.ByteOffset ?? 0);
        Ensure(_document.Buffers is not null && view.Buffer == 0 && stride >= size && stride <= 252, "Its numbers are nowhere.");
        // By parts, so that no sum is too large to be one.
        Ensure(start >= 0 && start <= _binary.Length && view.ByteLength >= 0 && view.ByteLength <= _binary.Length - start, "Its numbers end before they should.");
        Ensure(offset >= 0 && offset <= view.ByteLength - size && from.Count - 1 <= (view.ByteLength - size - offset) / stride, "Its numbers end before they should.");
        return new View(_binary.Slice((int)(start + offset), (int)(view.ByteLength - offset)), from.Count, stride, from.ComponentType);
    }

    private void CheckNowAndThen(long number)
    {
        if (number % NumbersBetweenChecks == 0)
        {
            _cancellation.ThrowIfCancellationRequested();
        }
    }

    private static T At<T>(T?[]? list, int index) where T : class =>
        list is not null && index >= 0 && index < list.Length && list[index] is { } found ? found : throw NotThere();

    private static void Ensure(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw ModelFailures.Invalid(otherwise);
        }
    }

    private static Jobs.JobFailedException NotThere() => ModelFailures.Invalid("It names something that is not there.");

    /// <summary>Numbers in the binary part, checked to lie within it.</summary>
    private readonly record struct View(ReadOnlyMemory<byte> Data, long Count, int Stride, int Component)
    {
        public Vector3 VectorAt(long number)
        {
            var bytes = Data.Span[(int)(number * Stride)..];
            return new(
                BinaryPrimitives.ReadSingleLittleEndian(bytes),
                BinaryPrimitives.ReadSingleLittleEndian(bytes[4..]),
                BinaryPrimitives.ReadSingleLittleEndian(bytes[8..]));
        }

        public long NumberAt(long number)
        {
            var bytes = Data.Span[(int)(number * Stride)..];
            return Component switch
            {
                Bytes => bytes[0],
                Shorts => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
                _ => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            };
        }
    }
}
