using System.Buffers.Text;

namespace Actors.Models;

/// <summary>Reads the surfaces of a Wavefront OBJ; materials, groups, curves and whatever else there may be are passed over.</summary>
internal static class ObjReader
{
    public static Mesh Read(ReadOnlySpan<byte> file, CancellationToken cancellationToken)
    {
        var mesh = new MeshBuilder();
        var lines = new TextLines(file, cancellationToken);
        var (textures, normals) = (0, 0);
        while (lines.TryNext(out var line))
        {
            var kind = TextLines.NextWord(ref line);
            if (kind.SequenceEqual("v"u8))
            {
                mesh.AddVertex(TextLines.NextVector(ref line));
            }
            else if (kind.SequenceEqual("f"u8))
            {
                ReadFace(line, mesh, textures, normals);
            }
            else if (kind.SequenceEqual("vn"u8))
            {
                TextLines.NextVector(ref line);
                normals++;
            }
            else if (kind.SequenceEqual("vt"u8))
            {
                textures++;
            }
        }

        return mesh.Build();
    }

    /// <summary>A polygon, as a fan of triangles: <c>f 1/1/1 2/2/2 -1//-1</c>.</summary>
    private static void ReadFace(ReadOnlySpan<byte> line, MeshBuilder mesh, int textures, int normals)
    {
        var (first, previous, corners) = (0L, 0L, 0);
        for (ReadOnlySpan<byte> word; !(word = TextLines.NextWord(ref line)).IsEmpty && word[0] != '#'; corners++)
        {
            var present = ReadCorner(word, mesh.Vertices, textures, normals);
            if (corners >= 2)
            {
                mesh.AddTriangle(first, previous, present);
            }

            (first, previous) = (corners == 0 ? present : first, present);
        }

        if (corners < 3)
        {
            throw ModelFailures.Invalid("A face has fewer than three corners.");
        }
    }

    private static long ReadCorner(ReadOnlySpan<byte> word, int vertices, int textures, int normals)
    {
        var vertex = ReadIndex(ref word, vertices);
        if (!word.IsEmpty && !word.StartsWith("//"u8))
        {
            word = AfterSlash(word);
            ReadIndex(ref word, textures);
        }
        else if (!word.IsEmpty)
        {
            word = word[1..];
        }

        if (!word.IsEmpty)
        {
            word = AfterSlash(word);
            ReadIndex(ref word, normals);
        }

        return word.IsEmpty ? vertex : throw NoCorner();
    }

    /// <summary>From 1, or from -1 backwards; what comes out begins at 0.</summary>
    private static long ReadIndex(ref ReadOnlySpan<byte> word, int count)
    {
        if (!Utf8Parser.TryParse(word, out int index, out var used))
        {
            throw NoCorner();
        }

        word = word[used..];
        var place = index < 0 ? count + (long)index : index - 1L;
        return place >= 0 && place < count ? place : throw ModelFailures.Invalid("A face names something that is not there.");
    }

    private static ReadOnlySpan<byte> AfterSlash(ReadOnlySpan<byte> word) => word[0] == '/' ? word[1..] : throw NoCorner();

    private static Jobs.JobFailedException NoCorner() => ModelFailures.Invalid("Something stands where a corner of a face should.");
}
