using System.Text.Json.Serialization;

namespace Actors.Providers;

// What is sent to providers and read of their answers; see docs/providers.md.

internal sealed record ImageRequest(string Model, string Prompt, int N, string Size);

internal sealed record ImageAnswer(ImageAnswer.Item?[]? Data)
{
    internal sealed record Item(byte[]? B64Json, string? Url);
}

internal sealed record CreateTask(string ImageUrl, string? AiModel);

internal sealed record TaskCreated(string? Result);

internal sealed record TaskState(string? Status, double? Progress, TaskState.Files? ModelUrls)
{
    internal sealed record Files(string? Glb);
}

internal sealed record ModerationRequest(string Model, string Input);

internal sealed record ModerationAnswer(ModerationAnswer.Result?[]? Results)
{
    internal sealed record Result(bool? Flagged, Dictionary<string, bool?>? Categories);
}

internal sealed record Refusal(Refusal.Reason? Error)
{
    internal sealed record Reason(string? Code);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 32)]
[JsonSerializable(typeof(ImageRequest))]
[JsonSerializable(typeof(ImageAnswer))]
[JsonSerializable(typeof(CreateTask))]
[JsonSerializable(typeof(TaskCreated))]
[JsonSerializable(typeof(TaskState))]
[JsonSerializable(typeof(ModerationRequest))]
[JsonSerializable(typeof(ModerationAnswer))]
[JsonSerializable(typeof(Refusal))]
internal sealed partial class ProviderJson : JsonSerializerContext;
