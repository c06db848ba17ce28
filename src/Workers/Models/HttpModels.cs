using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Actors.Generation;
using Actors.Jobs;
using Actors.Providers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Actors.Models;

/// <summary>
/// Models by an API of tasks as Meshy's: a task is made, asked for until it is over, and its GLB fetched. Whoever stops it takes the task back, unless
/// the process stops, or is killed: then the next attempt goes on with the task.
/// </summary>
internal sealed partial class HttpModels(
    IOptions<ProviderOptions> options, IHttpClientFactory clients, IHostApplicationLifetime process, TimeProvider time, ILogger<ProviderHttp> logger) : IModelProvider
{
    private const int MaxAnswer = 1024 * 1024;

    /// <summary>How long taking a task back may take.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly ModelProviderOptions _options = options.Value.Models;
    private readonly ProviderEndpoint _endpoint = new(
        ModelProviderOptions.Http, options.Value.Models.Url, options.Value.Models.Key, options.Value.Models.Timeout);

    public string Name => _endpoint.Name;

    public async Task<ProvidedModel> GenerateAsync(
        ModelOrder order, Func<int, string?, Task> progress, CancellationToken cancellationToken)
    {
        var http = new ProviderHttp(_endpoint, clients, time, logger);
        var earlier = await FindEarlierAsync(http, order.EarlierTask, cancellationToken);
        var id = earlier ?? await CreateAsync(http, order.Picture, cancellationToken);
        var (isKnown, isOver) = (earlier is not null, false);
        try
        {
            await progress(0, id);
            isKnown = true;
            var task = await WaitAsync(http, id, progress, cancellationToken);
            isOver = true;
            var glb = Made(task, isMine: earlier is null).ModelUrls?.Glb ?? throw Invalid("The provider's task has no GLB.");
            var bytes = await http.DownloadAsync(glb, ModelReaders.MaxBytes, cancellationToken);
            return new(ModelFormat.Glb, bytes, [], ModelReaders.Read(ModelFormat.Glb, bytes, cancellationToken));
        }
        catch (JobFailedException gone) when (earlier is not null && !isOver && !gone.Failure.MayPass)
        {
            throw Cancelled(mayPass: true); // whose it was has woken up and taken it back
        }
        finally
        {
            // What the job does not know of, no later attempt takes up.
            if (!isOver && !(isKnown && process.ApplicationStopping.IsCancellationRequested))
            {
                await TakeBackAsync(http, id);
            }
        }
    }

    /// <summary>The task that an earlier attempt left, if there is one and it can still bring something.</summary>
    private async Task<string?> FindEarlierAsync(ProviderHttp http, string? id, CancellationToken cancellationToken)
    {
        try
        {
            return id is not null && TaskId().IsMatch(id) && (await AskAsync(http, id, cancellationToken)).Status is "PENDING" or "IN_PROGRESS" or "SUCCEEDED" ? id : null;
        }
        catch (JobFailedException unknown) when (!unknown.Failure.MayPass)
        {
            return null;
        }
    }

    private async Task<string> CreateAsync(ProviderHttp http, Picture picture, CancellationToken cancellationToken)
    {
        var image = $"data:{picture.ContentType};base64,{Convert.ToBase64String(picture.Bytes)}";
        using var body = JsonContent.Create(new CreateTask(image, _options.Model), ProviderJson.Default.CreateTask);
        var created = await http.AskAsync(HttpMethod.Post, _endpoint.Url, body, MaxAnswer, ProviderJson.Default.TaskCreated, cancellationToken);
        return created.Result is { } id && TaskId().IsMatch(id) ? id : throw Invalid("The provider's task has no id.");
    }

    /// <summary>Asks for the task until it is over.</summary>
    private async Task<TaskState> WaitAsync(ProviderHttp http, string id, Func<int, string?, Task> progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            var task = await AskAsync(http, id, cancellationToken);
            if (task.Status is not ("PENDING" or "IN_PROGRESS"))
            {
                return task;
            }

            await progress((int)Math.Clamp(task.Progress ?? 0, 0, 100), id);
            await Task.Delay(_options.PollEvery, time, cancellationToken);
        }
    }

    /// <summary>How the task is. What fails for a moment is asked again: the provider works on.</summary>
    private async Task<TaskState> AskAsync(ProviderHttp http, string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await http.AskAsync(HttpMethod.Get, _endpoint.At(id), body: null, MaxAnswer, ProviderJson.Default.TaskState, cancellationToken);
            }
            catch (JobFailedException passing) when (passing.Failure.MayPass)
            {
                await Task.Delay(passing.Failure.RetryAfter > _options.PollEvery ? passing.Failure.RetryAfter.Value : _options.PollEvery, time, cancellationToken);
            }
        }
    }

    // A worker that only hung may take back what was its own when it wakes: the next attempt then makes a new task.
    private static TaskState Made(TaskState task, bool isMine) => task.Status switch
    {
        "SUCCEEDED" => task,
        "FAILED" => throw new JobFailedException(new JobFailure("PROVIDER_TASK_FAILED", "The provider could not make the model.")),
        "CANCELED" => throw Cancelled(mayPass: !isMine),
        _ => throw Invalid("The provider's task is in no state that is known."),
    };

    // The attempt is over, whatever comes of this.
    private async Task TakeBackAsync(ProviderHttp http, string id)
    {
        using var enough = new CancellationTokenSource(Farewell, time);
        try
        {
            await http.TellAsync(HttpMethod.Delete, _endpoint.At(id), enough.Token);
        }
        catch (Exception failure) when (failure is JobFailedException or OperationCanceledException)
        {
            LogLeft(failure, id);
        }
    }

    private static JobFailedException Cancelled(bool mayPass) =>
        new(new JobFailure("PROVIDER_TASK_CANCELLED", "The task was cancelled at the provider.", mayPass));

    private static JobFailedException Invalid(string message) => new(new JobFailure("PROVIDER_ANSWER_INVALID", message));

    // It becomes a part of a URL.
    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,200}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TaskId();

    [LoggerMessage(LogLevel.Warning, "Task {Task} could not be taken back at the provider")]
    private partial void LogLeft(Exception exception, string task);
}
