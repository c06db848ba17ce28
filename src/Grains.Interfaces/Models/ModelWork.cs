using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Actors.Models;

/// <summary>Format of a model's file (004 <c>format</c>).</summary>
[UpperSnake]
public enum ModelFormat
{
    /// <summary>Wavefront OBJ.</summary>
    Obj = 0,

    /// <summary>Binary glTF 2.0.</summary>
    Glb = 1,

    /// <summary>STL, binary or text.</summary>
    Stl = 2,
}

/// <summary>Names of the queues; the result of a job of either is a <see cref="MadeModel"/>.</summary>
public static class ModelQueues
{
    /// <summary>Makes models of images; work: <see cref="ModelWork"/>.</summary>
    public const string Generation = "model-generation";

    /// <summary>Checks uploaded models and draws their previews; work: <see cref="ImportWork"/>.</summary>
    public const string Import = "model-import";

    /// <summary>The queue of models that come from there.</summary>
    public static string Of(ModelSource source) => source == ModelSource.AiGenerated ? Generation : Import;
}

/// <summary>What the worker that makes a model is to do.</summary>
/// <param name="ModelId">The model.</param>
/// <param name="UserId">For whom.</param>
/// <param name="Prompt">What the image was made of.</param>
/// <param name="ImageFileId">The file of the image.</param>
public sealed record ModelWork(string ModelId, string UserId, string Prompt, string ImageFileId);

/// <summary>What the worker that takes in an uploaded model is to do.</summary>
/// <param name="ModelId">The model.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="FileId">The uploaded file.</param>
/// <param name="Format">What it is said to be.</param>
public sealed record ImportWork(string ModelId, string UserId, string FileId, ModelFormat Format);

/// <summary>A model that is there.</summary>
/// <param name="FileId">Its file.</param>
/// <param name="Format">Of that file.</param>
/// <param name="FileSize">Its bytes.</param>
/// <param name="PreviewFileId">A picture of it.</param>
/// <param name="Parts">Files that the file refers to by name, e.g. an OBJ's materials and texture; at most <see cref="MaxParts"/>.</param>
public sealed record MadeModel(string FileId, ModelFormat Format, long FileSize, string PreviewFileId, ImmutableArray<ModelPart> Parts)
{
    /// <summary>Most parts.</summary>
    public const int MaxParts = 8;
}

/// <summary>A file that belongs to a model.</summary>
/// <param name="Name">How the model's file refers to it.</param>
/// <param name="FileId">The file.</param>
[GenerateSerializer, Immutable, Alias("model-part")]
public sealed record ModelPart([property: Id(0)] string Name, [property: Id(1)] string FileId);

/// <summary>How work and results are written: camelCase names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(WireEnumConverter<ModelFormat>)])]
[JsonSerializable(typeof(ModelWork))]
[JsonSerializable(typeof(ImportWork))]
[JsonSerializable(typeof(MadeModel))]
[JsonSerializable(typeof(ImmutableArray<ModelPart>))]
public sealed partial class ModelWorkJson : JsonSerializerContext;
