using System.Net.Http.Json;
using Actors.Jobs;
using Actors.Providers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Actors.Moderation;

/// <summary>Has an API as OpenAI's judge prompts: <c>POST /v1/moderations</c>.</summary>
internal sealed partial class OpenAiModeration(
    IOptions<ModerationOptions> options, IHttpClientFactory clients, TimeProvider time, ILogger<ProviderHttp> logger) : IModeration
{
    private const int MaxAnswer = 256 * 1024;
    private const string NoCategory = "unspecified";

    private readonly ModerationOptions _options = options.Value;
    private readonly ProviderEndpoint _endpoint = new("moderation", options.Value.Url, options.Value.Key, options.Value.Timeout);

    public async Task<ModerationVerdict> JudgeAsync(string prompt)
    {
        try
        {
            var http = new ProviderHttp(_endpoint, clients, time, logger);
            using var body = JsonContent.Create(new ModerationRequest(_options.Model, prompt), ProviderJson.Default.ModerationRequest);
            var answer = await http.AskAsync(
                HttpMethod.Post, _endpoint.At("v1/moderations"), body, MaxAnswer, ProviderJson.Default.ModerationAnswer, CancellationToken.None);
            if (answer.Results is [{ Flagged: { } flagged } result, ..])
            {
                return flagged ? ModerationVerdict.Rejected(CategoryOf(result)) : ModerationVerdict.Accepted;
            }
        }
        catch (JobFailedException failed)
        {
            LogNoVerdict(logger, failed.Failure.Code);
        }

        return _options.FailOpen ? ModerationVerdict.Accepted : ModerationVerdict.Unknown;
    }

    private static string CategoryOf(ModerationAnswer.Result result) =>
        result.Categories?.Where(category => category.Value == true).Select(category => category.Key).Order(StringComparer.Ordinal).FirstOrDefault() ?? NoCategory;

    [LoggerMessage(LogLevel.Warning, "The moderation gives no verdict: {Code}")]
    private static partial void LogNoVerdict(ILogger logger, string code);
}
