using Actors.Blobs;

namespace Actors.Models;

/// <summary>Media types of models and of what belongs to them.</summary>
internal static class ModelContent
{
    /// <summary>Of a model's file.</summary>
    public static string TypeOf(ModelFormat format) => format switch
    {
        ModelFormat.Glb => "model/gltf-binary",
        ModelFormat.Stl => "model/stl",
        _ => "model/obj",
    };

    /// <summary>A picture of a model, as a file.</summary>
    public static NewFile Preview(byte[] png) => new(BlobPurpose.Image, "image/png", "preview.png", png);
}
