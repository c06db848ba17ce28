using System.Collections.Immutable;
using System.Globalization;
using Actors.Infrastructure.Http;
using Actors.Live;
using Actors.Webhooks;

namespace Actors.Generation;

/// <summary>Generation requests over HTTP; the documents call them tasks.</summary>
internal static class TaskEndpoints
{
    /// <summary>Adds what the endpoints need.</summary>
    public static WebApplicationBuilder AddGeneration(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TaskTopics.Topic);
        return builder;
    }

    /// <summary>Maps <c>/tasks</c>.</summary>
    public static void MapTasks(this RouteGroupBuilder api)
    {
        var tasks = api.MapGroup("/tasks").WithTags("Tasks");
        tasks.MapPost("/", Create).NotAudited().Describe("createTask", "Ask for four images of a prompt");
        tasks.MapGet("/", List).Describe("listTasks", "The caller's tasks, the newest first");
        tasks.MapGet("/{id}", Get).Describe("getTask", "A task with its images");
        tasks.MapGet("/{id}/queue", FindInQueues).Describe("getTaskQueue", "How long what is still to be made has to wait");
        tasks.MapPatch("/{id}", Select).NotAudited().Describe("selectImage", "Choose the image that the model is to be made of");
        tasks.MapPost("/{id}/cancel", Cancel).NotAudited().Describe("cancelTask", "Do nothing more for the task; pictures that are there stay");
        tasks.MapDelete("/{id}", Delete).NotAudited().Describe("deleteTask", "Delete a task with its pictures; its model stays, if it is there");
        tasks.MapPost("/{id}/model/retry", RetryModel).NotAudited().Describe("retryModel", "Make the model again that was given up");
        tasks.MapPost("/{id}/images/{index}/retry", RetryImage).NotAudited().Describe("retryImage", "Try a failed image again");
        tasks.MapWebhookDeliveries();
        tasks.MapGet("/{id}/events", Watch).WithTags(LiveEndpoints.Tag).Describe("watchTask", "The task's changes, live (server-sent events)");
    }

    private static async Task<Created<TaskView>> Create(CreateTaskRequest body, IGrainFactory grains, TimeProvider time)
    {
        var command = body.ToCommand();
        var id = CallContext.NewId("task", Caller.Current!.UserId, time);
        var view = await TaskView.OfAsync(await grains.GetGrain<IGenerationGrain>(id).Create(command), grains);
        return new(view, $"/tasks/{Uri.EscapeDataString(id)}", view.Version);
    }

    private static async Task<Answer<ImmutableArray<GenerationSummary>>> List(
        [AsParameters] ListTasksRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var query = request.ToQuery();
        return Answers.Rows(await grains.GetGrain<IGenerationQueriesGrain>(0).List(query, cancellationToken), query.Limit);
    }

    private static async Task<Answer<TaskView>> Get(string id, IGrainFactory grains) =>
        await Of(await grains.GetGrain<IGenerationGrain>(id).Get(), grains);

    private static async Task<Answer<TaskQueueView>> FindInQueues(string id, IGrainFactory grains) =>
        new(TaskQueueView.Of(await grains.GetGrain<IGenerationGrain>(id).FindInQueues()));

    private static async Task<Answer<TaskView>> Select(string id, SelectImageRequest body, ExpectedVersion version, IGrainFactory grains) =>
        await Of(await grains.GetGrain<IGenerationGrain>(id).Select(body.ToIndex(), version.Value), grains);

    private static async Task<Answer<TaskView>> Cancel(string id, IGrainFactory grains) =>
        await Of(await grains.GetGrain<IGenerationGrain>(id).Cancel(), grains);

    private static async Task<Answer<Deleted>> Delete(string id, ExpectedVersion version, IGrainFactory grains)
    {
        await grains.GetGrain<IGenerationGrain>(id).Delete(version.Value);
        return Answers.Ok(new Deleted(id));
    }

    private static async Task<Answer<TaskView>> RetryModel(string id, ExpectedVersion version, IGrainFactory grains) =>
        await Of(await grains.GetGrain<IGenerationGrain>(id).RetryModel(version.Value), grains);

    // What is no number is no index that there is; whose task it is comes first.
    private static async Task<Answer<TaskView>> RetryImage(string id, string index, ExpectedVersion version, IGrainFactory grains) =>
        await Of(
            await grains.GetGrain<IGenerationGrain>(id).RetryImage(
                int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1, version.Value),
            grains);

    private static Task<EventStream> Watch(string id, string? lastEventId, HttpContext context, LiveStreams streams) =>
        streams.OpenAsync([GenerationEvents.Topic(id)], EventStream.LastEventId(context.Request, lastEventId), context);

    private static async Task<Answer<TaskView>> Of(GenerationRequest request, IGrainFactory grains)
    {
        var view = await TaskView.OfAsync(request, grains);
        return new(view, view.Version, passes: true);
    }
}

/// <summary>What the live feed has to know of tasks.</summary>
internal static class TaskTopics
{
    /// <summary>The topics <c>tasks/{id}</c>.</summary>
    public static EntityTopic Topic { get; } = new()
    {
        Name = GenerationEvents.Namespace,
        Grain = (grains, id) => grains.GetGrain<IGenerationGrain>(id),
        Snapshot = async (grains, id, json, _) => json.Text(await TaskView.OfAsync(await grains.GetGrain<IGenerationGrain>(id).Get(), grains)),
        LastKind = GenerationEvents.Deleted,
    };
}
