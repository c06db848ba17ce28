using Actors.Generation;
using SkiaSharp;

namespace Actors.Models;

/// <summary>
/// Makes a relief of a picture with no network: what is bright stands out. Not the body that the picture shows, but a real one, closed and
/// textured, always the same for the same picture.
/// </summary>
internal sealed class ReliefModels : IModelProvider
{
    private const string Materials = "model.mtl";
    private const string Texture = "texture.png";
    private const int TextureSide = 1024;

    public string Name => "local";

    public async Task<ProvidedModel> GenerateAsync(
        ModelOrder order, Func<int, string?, Task> progress, CancellationToken cancellationToken)
    {
        using var texture = ReadTexture(order.Picture.Bytes);
        await StepAsync(25);
        var mesh = Relief.Of(HeightMap.Of(texture));
        await StepAsync(50);
        var model = ObjWriter.Write(mesh, Materials);
        await StepAsync(75);
        return new(
            ModelFormat.Obj,
            model,
            [new(Materials, "model/mtl", ObjWriter.WriteMaterials(Texture)), new(Texture, "image/png", Pictures.Encode(texture))],
            mesh);

        async Task StepAsync(int percent)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await progress(percent, null);
        }
    }

    private static SKBitmap ReadTexture(byte[] file)
    {
        var whole = Pictures.Decode(file);
        var scale = (float)TextureSide / Math.Max(whole.Width, whole.Height);
        if (scale >= 1)
        {
            return whole;
        }

        using (whole)
        {
            return Pictures.Resize(whole, Math.Max(1, (int)(whole.Width * scale)), Math.Max(1, (int)(whole.Height * scale)));
        }
    }
}
