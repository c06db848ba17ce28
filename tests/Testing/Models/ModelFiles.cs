using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Actors.Models;

/// <summary>Small models in every format, written by hand.</summary>
public static class ModelFiles
{
    /// <summary>A tetrahedron, of a triangle and a quarter that is given by negative numbers.</summary>
    public const string Obj = """
        # four corners
        mtllib elsewhere.mtl
        v 0 0 0
        v 1 0 0
        v 0 1 0
        v 0 0 1e0
        vt 0 0
        vn 0 0 -1
        f 1/1/1 3/1/1 2/1/1
        f 1//1 2//1 4//1
        f 1/1 4/1 3/1
        f -3 -2 -1
        """;

    public const string StlText = """
        solid wedge
          facet normal 0 0 -1
            outer loop
              vertex 0 0 0
              vertex 0 1 0
              vertex 1 0 0
            endloop
          endfacet
          facet normal 0 -1 0
            outer loop
              vertex 0 0 0
              vertex 1 0 0
              vertex 0 0 1
            endloop
          endfacet
        endsolid wedge
        """;

    /// <summary>A scene of one node, moved by 10 along X, with one triangle.</summary>
    public const string Gltf = """
        {"asset":{"version":"2.0"},"scene":0,"scenes":[{"nodes":[0]}],"nodes":[{"children":[1],"translation":[10,0,0]},{"mesh":0,"scale":[2,2,2]}],
        "meshes":[{"primitives":[{"attributes":{"POSITION":0},"indices":1}]}],
        "accessors":[{"bufferView":0,"componentType":5126,"count":3,"type":"VEC3"},{"bufferView":1,"componentType":5123,"count":3,"type":"SCALAR"}],
        "bufferViews":[{"buffer":0,"byteLength":36},{"buffer":0,"byteOffset":36,"byteLength":6}],"buffers":[{"byteLength":44}]}
        """;

    public static byte[] StlBinary(params Vector3[] corners)
    {
        var file = new byte[84 + (50 * corners.Length / 3)];
        "solid is how a binary file may begin, too"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(80), corners.Length / 3);
        foreach (var (number, corner) in corners.Index())
        {
            Write(file.AsSpan(84 + (50 * (number / 3)) + 12 + (12 * (number % 3))), corner);
        }

        return file;
    }

    public static byte[] Glb(string json = Gltf)
    {
        var binary = new byte[44];
        Write(binary.AsSpan(12), new(1, 0, 0));
        Write(binary.AsSpan(24), new(0, 1, 0));
        binary[38] = 1;
        binary[40] = 2;
        return Glb(json, binary);
    }

    public static byte[] Glb(string json, byte[] binary)
    {
        var text = Encoding.UTF8.GetBytes(json);
        text = [.. text, .. Enumerable.Repeat((byte)' ', (4 - (text.Length % 4)) % 4)];
        return
        [
            .. "glTF"u8, .. Number(2), .. Number(12 + 8 + text.Length + 8 + binary.Length),
            .. Number(text.Length), .. "JSON"u8, .. text,
            .. Number(binary.Length), .. "BIN\0"u8, .. binary,
        ];
    }

    private static byte[] Number(int value) => BitConverter.GetBytes(value);

    private static void Write(Span<byte> to, Vector3 value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(to, value.X);
        BinaryPrimitives.WriteSingleLittleEndian(to[4..], value.Y);
        BinaryPrimitives.WriteSingleLittleEndian(to[8..], value.Z);
    }
}
