using System.Numerics;

namespace Actors.Models;

/// <summary>
/// Makes a plate with a relief on its front: closed, so that it can be printed. The front faces along +Z, its longer side is <see cref="Side"/>, the back
/// is flat and lies in the plane Z = 0.
/// </summary>
internal static class Relief
{
    /// <summary>Length of the longer side; in millimetres, if somebody prints it.</summary>
    public const float Side = 100;

    private const float Plate = 4;
    private const float Height = 12;

    public static Mesh Of(HeightMap map)
    {
        var (columns, rows) = (map.Columns, map.Rows);
        var rim = RimOf(columns, rows);
        var front = columns * rows;
        var (positions, texture) = (new Vector3[front + rim.Length + 1], new Vector2[front + rim.Length + 1]);
        for (var point = 0; point < front; point++)
        {
            var (u, v) = ((float)(point % columns) / (columns - 1), 1 - ((float)(point / columns) / (rows - 1)));
            texture[point] = new(u, v);
            positions[point] = new(PlaceOf(u, columns, rows), PlaceOf(v, rows, columns), Plate + (Height * map.Heights[point]));
        }

        for (var edge = 0; edge < rim.Length; edge++)
        {
            texture[front + edge] = texture[rim[edge]];
            positions[front + edge] = positions[rim[edge]] with { Z = 0 };
        }

        texture[^1] = new(0.5f, 0.5f);
        return new Mesh(positions, [.. Front(columns, rows), .. SidesAndBack(rim, front)]) { TextureCoordinates = texture }.WithNormals();
    }

    private static float PlaceOf(float share, int points, int others) => (share - 0.5f) * Side * (points - 1) / (Math.Max(points, others) - 1);

    private static IEnumerable<int> Front(int columns, int rows)
    {
        for (var row = 0; row < rows - 1; row++)
        {
            for (var column = 0; column < columns - 1; column++)
            {
                var upperLeft = (row * columns) + column;
                var (upperRight, lowerLeft, lowerRight) = (upperLeft + 1, upperLeft + columns, upperLeft + columns + 1);
                int[] cell = [upperLeft, lowerLeft, lowerRight, upperLeft, lowerRight, upperRight];
                foreach (var corner in cell)
                {
                    yield return corner;
                }
            }
        }
    }

    // Each stretch of the rim: two triangles down to the back, and one of the back, to its middle.
    private static IEnumerable<int> SidesAndBack(int[] rim, int back)
    {
        var middle = back + rim.Length;
        for (var edge = 0; edge < rim.Length; edge++)
        {
            var next = (edge + 1) % rim.Length;
            int[] stretch = [rim[next], rim[edge], back + edge, rim[next], back + edge, back + next, back + next, back + edge, middle];
            foreach (var corner in stretch)
            {
                yield return corner;
            }
        }
    }

    /// <summary>The outermost points, counter-clockwise from the upper left one: down, right, up, left.</summary>
    private static int[] RimOf(int columns, int rows) =>
    [
        .. Enumerable.Range(0, rows - 1).Select(row => row * columns),
        .. Enumerable.Range(0, columns - 1).Select(column => ((rows - 1) * columns) + column),
        .. Enumerable.Range(1, rows - 1).Reverse().Select(row => (row * columns) + columns - 1),
        .. Enumerable.Range(1, columns - 1).Reverse(),
    ];
}
