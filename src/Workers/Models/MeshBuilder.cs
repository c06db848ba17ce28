using System.Numerics;
using Actors.Jobs;

namespace Actors.Models;

/// <summary>Takes in a mesh from an uploaded file and holds it to the limits. Grows with what is there, never with what a file says there is.</summary>
internal sealed class MeshBuilder
{
    private readonly List<Vector3> _positions = [];
    private readonly List<int> _indices = [];
    private readonly Dictionary<Vector3, int> _shared = [];

    /// <summary>Vertices so far.</summary>
    public int Vertices => _positions.Count;

    /// <summary>Adds a vertex.</summary>
    public void AddVertex(Vector3 position)
    {
        if (_positions.Count == Mesh.MaxVertices)
        {
            throw ModelFailures.TooManyVertices();
        }

        if (!IsFinite(position))
        {
            throw ModelFailures.Invalid("A vertex is not finite.");
        }

        _positions.Add(position);
    }

    /// <summary>Adds a triangle.</summary>
    public void AddTriangle(long a, long b, long c)
    {
        if (_indices.Count == 3 * Mesh.MaxTriangles)
        {
            throw ModelFailures.TooManyTriangles();
        }

        _indices.Add(Known(a));
        _indices.Add(Known(b));
        _indices.Add(Known(c));
    }

    /// <summary>Adds a triangle of a format that repeats each vertex; equal ones become one.</summary>
    public void AddTriangle(Vector3 a, Vector3 b, Vector3 c) => AddTriangle(Shared(a), Shared(b), Shared(c));

    /// <summary>The mesh; refused without a triangle, or with no extent.</summary>
    public Mesh Build()
    {
        if (_indices.Count == 0)
        {
            throw ModelFailures.Invalid("There is no triangle in it.");
        }

        var mesh = new Mesh([.. _positions], [.. _indices]);
        var (low, high) = mesh.Bounds();
        return IsFinite(high - low) && high != low ? mesh : throw ModelFailures.Invalid("The model has no extent.");
    }

    private int Shared(Vector3 position)
    {
        if (!_shared.TryGetValue(position, out var index))
        {
            AddVertex(position);
            index = _positions.Count - 1;
            _shared[position] = index;
        }

        return index;
    }

    private int Known(long index) => index >= 0 && index < _positions.Count ? (int)index : throw ModelFailures.Invalid("A triangle names a vertex that is not there.");

    private static bool IsFinite(Vector3 v) => float.IsFinite(v.X) && float.IsFinite(v.Y) && float.IsFinite(v.Z);
}

/// <summary>Why a model is refused. Another attempt would not help.</summary>
internal static class ModelFailures
{
    public static JobFailedException Invalid(string message, Exception? cause = null) =>
        new(new JobFailure("MODEL_INVALID", message, MayPass: false), cause);

    public static JobFailedException TooLarge(string message) => new(new JobFailure("MODEL_TOO_LARGE", message, MayPass: false));

    public static JobFailedException TooManyVertices() => TooLarge($"There are more than {Mesh.MaxVertices} vertices.");

    public static JobFailedException TooManyTriangles() => TooLarge($"There are more than {Mesh.MaxTriangles} triangles.");
}
