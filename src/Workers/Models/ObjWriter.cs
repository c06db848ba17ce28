using System.Globalization;
using System.Text;

namespace Actors.Models;

/// <summary>Writes a mesh with normals and texture coordinates as Wavefront OBJ; the same mesh always as the same bytes.</summary>
internal static class ObjWriter
{
    /// <summary>The one material of what is written here.</summary>
    private const string Material = "surface";

    /// <summary>The model.</summary>
    /// <param name="mesh">With normals and texture coordinates.</param>
    /// <param name="materials">Name of the file of its material.</param>
    public static byte[] Write(Mesh mesh, string materials)
    {
        var text = new StringBuilder();
        var form = CultureInfo.InvariantCulture;
        text.Append(form, $"mtllib {materials}\nusemtl {Material}\n");
        foreach (var p in mesh.Positions)
        {
            text.Append(form, $"v {p.X:0.####} {p.Y:0.####} {p.Z:0.####}\n");
        }

        foreach (var t in mesh.TextureCoordinates)
        {
            text.Append(form, $"vt {t.X:0.#####} {t.Y:0.#####}\n");
        }

        foreach (var n in mesh.Normals)
        {
            text.Append(form, $"vn {n.X:0.####} {n.Y:0.####} {n.Z:0.####}\n");
        }

        for (var corner = 0; corner < mesh.Indices.Length; corner += 3)
        {
            var (a, b, c) = (mesh.Indices[corner] + 1, mesh.Indices[corner + 1] + 1, mesh.Indices[corner + 2] + 1);
            text.Append(form, $"f {a}/{a}/{a} {b}/{b}/{b} {c}/{c}/{c}\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>The file of its material: a texture, without gloss.</summary>
    public static byte[] WriteMaterials(string texture) =>
        Encoding.ASCII.GetBytes($"newmtl {Material}\nKa 0 0 0\nKd 1 1 1\nKs 0 0 0\nillum 1\nmap_Kd {texture}\n");
}
