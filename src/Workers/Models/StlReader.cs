using System.Buffers.Binary;
using System.Numerics;

namespace Actors.Models;

/// <summary>Reads STL. Binary: 80 bytes of anything, the number of triangles, 50 bytes each. Text: from <c>solid</c> to <c>endsolid</c>.</summary>
internal static class StlReader
{
    private const int HeaderBytes = 84;
    private const int TriangleBytes = 50;
    private const int NormalBytes = 12;
    private const int TrianglesBetweenChecks = 4096;

    // By its length first: the header of a binary file may well begin with "solid".
    public static Mesh Read(ReadOnlySpan<byte> file, CancellationToken cancellationToken)
    {
        if (file.Length >= HeaderBytes && BinaryPrimitives.ReadUInt32LittleEndian(file[(HeaderBytes - 4)..]) is var count
            && file.Length == HeaderBytes + ((long)count * TriangleBytes))
        {
            return ReadBinary(file[HeaderBytes..], cancellationToken);
        }

        return file.StartsWith("solid"u8)
            ? ReadText(new TextLines(file, cancellationToken))
            : throw ModelFailures.Invalid("It is neither text nor as long as its number of triangles says.");
    }

    private static Mesh ReadBinary(ReadOnlySpan<byte> triangles, CancellationToken cancellationToken)
    {
        var mesh = new MeshBuilder();
        for (var number = 0; !triangles.IsEmpty; triangles = triangles[TriangleBytes..], number++)
        {
            if (number % TrianglesBetweenChecks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            mesh.AddTriangle(ReadVector(triangles[NormalBytes..]), ReadVector(triangles[(2 * NormalBytes)..]), ReadVector(triangles[(3 * NormalBytes)..]));
        }

        return mesh.Build();
    }

    private static Vector3 ReadVector(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadSingleLittleEndian(bytes), BinaryPrimitives.ReadSingleLittleEndian(bytes[4..]), BinaryPrimitives.ReadSingleLittleEndian(bytes[8..]));

    private static Mesh ReadText(TextLines lines)
    {
        var mesh = new MeshBuilder();
        var isOpen = false;
        for (ReadOnlySpan<byte> word; !(word = NextLine(ref lines, out var line)).IsEmpty;)
        {
            if (word.SequenceEqual(isOpen ? "endsolid"u8 : "solid"u8))
            {
                isOpen = !isOpen;
                continue;
            }

            Expect(isOpen && word.SequenceEqual("facet"u8) && TextLines.NextWord(ref line).SequenceEqual("normal"u8));
            TextLines.NextVector(ref line);
            Expect(NextLine(ref lines, out _).SequenceEqual("outer"u8));
            mesh.AddTriangle(ReadCorner(ref lines), ReadCorner(ref lines), ReadCorner(ref lines));
            Expect(NextLine(ref lines, out _).SequenceEqual("endloop"u8));
            Expect(NextLine(ref lines, out _).SequenceEqual("endfacet"u8));
        }

        Expect(!isOpen);
        return mesh.Build();
    }

    private static Vector3 ReadCorner(scoped ref TextLines lines)
    {
        Expect(NextLine(ref lines, out var line).SequenceEqual("vertex"u8));
        return TextLines.NextVector(ref line);
    }

    /// <summary>The first word of the next line that has one, and the rest of that line; empty at the end.</summary>
    private static ReadOnlySpan<byte> NextLine(scoped ref TextLines lines, out ReadOnlySpan<byte> rest)
    {
        while (lines.TryNext(out rest))
        {
            if (TextLines.NextWord(ref rest) is { IsEmpty: false } word)
            {
                return word;
            }
        }

        return [];
    }

    private static void Expect(bool holds)
    {
        if (!holds)
        {
            throw ModelFailures.Invalid("The text is no STL.");
        }
    }
}
