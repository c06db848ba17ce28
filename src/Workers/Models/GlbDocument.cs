using System.Text.Json.Serialization;

namespace Actors.Models;

/// <summary>What is read of the JSON of a glTF 2.0 file; names and meanings are the specification's. Anything may be missing, or null.</summary>
internal sealed record GlbDocument(
    int? Scene,
    GlbScene?[]? Scenes,
    GlbNode?[]? Nodes,
    GlbMesh?[]? Meshes,
    GlbAccessor?[]? Accessors,
    GlbBufferView?[]? BufferViews,
    GlbBuffer?[]? Buffers,
    string?[]? ExtensionsRequired);

internal sealed record GlbScene(int[]? Nodes);

internal sealed record GlbNode(int? Mesh, int[]? Children, float[]? Matrix, float[]? Translation, float[]? Rotation, float[]? Scale);

internal sealed record GlbMesh(GlbPrimitive?[]? Primitives);

internal sealed record GlbPrimitive(Dictionary<string, int>? Attributes, int? Indices, int? Mode);

internal sealed record GlbAccessor(int? BufferView, long? ByteOffset, int ComponentType, long Count, string? Type, object? Sparse);

internal sealed record GlbBufferView(int Buffer, long? ByteOffset, long ByteLength, int? ByteStride);

internal sealed record GlbBuffer(string? Uri, long ByteLength);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 64)]
[JsonSerializable(typeof(GlbDocument))]
internal sealed partial class GlbJson : JsonSerializerContext;
