using System.Numerics;

namespace Actors.Models;

/// <summary>A body of triangles.</summary>
/// <param name="Positions">Its vertices; all finite.</param>
/// <param name="Indices">Three vertices a triangle, counter-clockwise as seen from outside; all within <paramref name="Positions"/>.</param>
internal sealed record Mesh(Vector3[] Positions, int[] Indices)
{
    /// <summary>Most triangles.</summary>
    public const int MaxTriangles = 5_000_000;

    /// <summary>Most vertices.</summary>
    public const int MaxVertices = 10_000_000;

    /// <summary>A direction of length 1 a vertex; empty if none is known.</summary>
    public Vector3[] Normals { get; init; } = [];

    /// <summary>A place of the texture a vertex, from the lower left corner (0, 0) to the upper right one (1, 1); empty if there is none.</summary>
    public Vector2[] TextureCoordinates { get; init; } = [];

    /// <summary>How many triangles.</summary>
    public int Triangles => Indices.Length / 3;

    /// <summary>The corners of the smallest box around it.</summary>
    public (Vector3 Low, Vector3 High) Bounds()
    {
        var (low, high) = (Positions[0], Positions[0]);
        foreach (var position in Positions)
        {
            (low, high) = (Vector3.Min(low, position), Vector3.Max(high, position));
        }

        return (low, high);
    }

    /// <summary>The mesh with normals that are the mean of the triangles around each vertex, the larger ones counting more.</summary>
    public Mesh WithNormals()
    {
        var normals = new Vector3[Positions.Length];
        for (var corner = 0; corner < Indices.Length; corner += 3)
        {
            var (a, b, c) = (Indices[corner], Indices[corner + 1], Indices[corner + 2]);
            var weighted = Vector3.Cross(Positions[b] - Positions[a], Positions[c] - Positions[a]);
            normals[a] += weighted;
            normals[b] += weighted;
            normals[c] += weighted;
        }

        for (var vertex = 0; vertex < normals.Length; vertex++)
        {
            normals[vertex] = normals[vertex] == Vector3.Zero ? Vector3.UnitZ : Vector3.Normalize(normals[vertex]);
        }

        return this with { Normals = normals };
    }
}
