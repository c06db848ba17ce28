using System.Net.Http.Json;
using Actors.Jobs;
using Actors.Providers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Actors.Generation;

/// <summary>Pictures by an API as OpenAI's: <c>POST /v1/images/generations</c>. It knows no seed: two pictures of one prompt differ by chance.</summary>
internal sealed class OpenAiImages(IOptions<ProviderOptions> options, IHttpClientFactory clients, TimeProvider time, ILogger<ProviderHttp> logger) : IImageProvider
{
    private const string Size = "1024x1024";

    // A picture in base 64, and something around it.
    private const int MaxAnswer = Pictures.MaxBytes / 3 * 4 + (1024 * 1024);

    private readonly ImageProviderOptions _options = options.Value.Images;
    private readonly ProviderEndpoint _endpoint = new(
        ImageProviderOptions.OpenAi, options.Value.Images.Url, options.Value.Images.Key, options.Value.Images.Timeout);

    public string Name => _endpoint.Name;

    public async Task<Picture> GenerateAsync(string prompt, ulong seed, Func<int, Task> progress, CancellationToken cancellationToken)
    {
        var http = new ProviderHttp(_endpoint, clients, time, logger);
        using var body = JsonContent.Create(new ImageRequest(_options.Model, prompt, N: 1, Size), ProviderJson.Default.ImageRequest);
        var answer = await http.AskAsync(
            HttpMethod.Post, _endpoint.At("v1/images/generations"), body, MaxAnswer, ProviderJson.Default.ImageAnswer, cancellationToken);
        await progress(80);
        var bytes = answer.Data is [{ } item, ..]
            ? item.B64Json ?? await http.DownloadAsync(item.Url ?? "", Pictures.MaxBytes, cancellationToken)
            : [];
        return Pictures.FindType(bytes) is { } type
            ? new(bytes, type)
            : throw new JobFailedException(new JobFailure("PROVIDER_ANSWER_INVALID", "The provider's answer is no picture."));
    }
}
