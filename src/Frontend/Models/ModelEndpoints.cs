using System.Collections.Immutable;
using Actors.Infrastructure.Http;
using Actors.Live;
using Actors.Users;

namespace Actors.Models;

/// <summary>3D models over HTTP.</summary>
internal static class ModelEndpoints
{
    /// <summary>Adds what the endpoints need.</summary>
    public static WebApplicationBuilder AddModels(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(ModelTopics.Topic);
        return builder;
    }

    /// <summary>Maps <c>/models</c>, and the caller's own.</summary>
    public static void MapModels(this RouteGroupBuilder api)
    {
        var models = api.MapGroup("/models").WithTags("Models");
        models.MapPost("/", Import).NotAudited().Describe("importModel", "Bring a model along: an uploaded OBJ, GLB or STL");
        models.MapGet("/{id}", Get).Describe("getModel", "A model of one's own, or a public one");
        models.MapPut("/{id}", Replace).NotAudited().Describe("replaceModel", "Replace what a model is called and what is said of it");
        models.MapPatch("/{id}", Change).NotAudited().Describe("changeModel", "Change what a model is called and what is said of it");
        models.MapDelete("/{id}", Delete).NotAudited().Describe("deleteModel", "Delete a model with its files");
        models.MapPost("/{id}/publish", Publish).NotAudited().Describe("publishModel", "Show a model in the gallery");
        models.MapPost("/{id}/unpublish", Unpublish).NotAudited().Describe("unpublishModel", "Take a model out of the gallery");
        models.MapGet("/{id}/download", Download).AllowAnonymous().WelcomeUsers().Describe("downloadModel", "Leads to the model's file, and counts");
        models.MapGet("/{id}/events", Watch).WithTags(LiveEndpoints.Tag).Describe("watchModel", "The model's changes, live (server-sent events)");
        api.MapGet("/me/models", ListMine).WithTags("Models").Describe("listMyModels", "The caller's models, the newest first");
        api.MapPost("/admin/models/{id}/recount", Recount).WithTags("Admin").NotAudited()
            .Describe("recountModel", "Count a model's likes and favourites anew, from their rows (administrators)");
    }

    /// <summary>Who looks: a user, or else an address.</summary>
    public static string ViewerOf(HttpContext context) => Caller.Current?.UserId ?? ClientAddress.Of(context) ?? "unknown";

    private static async Task<Created<Model>> Import(ImportModelRequest body, IGrainFactory grains)
    {
        var command = body.ToCommand();
        var model = await grains.GetGrain<IModelGrain>(ModelIds.OfFile(command.FileId)).Import(command);
        return new(model, $"/models/{Uri.EscapeDataString(model.Id)}", model.Version);
    }

    private static async Task<Answer<Model>> Get(string id, IGrainFactory grains) => Of(await grains.GetGrain<IModelGrain>(id).Get());

    private static async Task<Answer<Model>> Replace(string id, ReplaceModelRequest body, ExpectedVersion version, IGrainFactory grains) =>
        Of(await grains.GetGrain<IModelGrain>(id).Change(body.ToCommand(version.Value)));

    private static async Task<Answer<Model>> Change(string id, ChangeModelRequest body, ExpectedVersion version, IGrainFactory grains) =>
        Of(await grains.GetGrain<IModelGrain>(id).Change(body.ToCommand(version.Value)));

    private static async Task<Answer<Deleted>> Delete(string id, ExpectedVersion version, IGrainFactory grains)
    {
        await grains.GetGrain<IModelGrain>(id).Delete(version.Value);
        return Answers.Ok(new Deleted(id));
    }

    private static async Task<Answer<Model>> Publish(string id, ExpectedVersion version, IGrainFactory grains) =>
        Of(await grains.GetGrain<IModelGrain>(id).Publish(version.Value));

    private static async Task<Answer<Model>> Unpublish(string id, ExpectedVersion version, IGrainFactory grains) =>
        Of(await grains.GetGrain<IModelGrain>(id).Unpublish(version.Value));

    private static async Task<Redirected> Download(string id, HttpContext context, IGrainFactory grains) =>
        new((await grains.GetGrain<IModelGrain>(id).Download(ViewerOf(context))).ModelUrl
            ?? throw new AppException(ErrorKind.NotFound, "FILE_NOT_FOUND", "The model's file was deleted."));

    private static Task<EventStream> Watch(string id, string? lastEventId, HttpContext context, LiveStreams streams) =>
        streams.OpenAsync([ModelEvents.Topic(id)], EventStream.LastEventId(context.Request, lastEventId), context);

    private static async Task<Answer<ImmutableArray<ModelSummary>>> ListMine(
        [AsParameters] ListModelsRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var query = request.ToQuery();
        return Answers.Rows(await grains.GetGrain<IModelQueriesGrain>(0).ListMine(query, cancellationToken), query.Limit);
    }

    private static async Task<Answer<Model>> Recount(string id, IGrainFactory grains) => Of(await grains.GetGrain<IModelGrain>(id).Recount());

    private static Answer<Model> Of(Model model) => new(model, model.Version, passes: true);
}

/// <summary>What the live feed has to know of models.</summary>
internal static class ModelTopics
{
    /// <summary>One model; there is no topic of them all.</summary>
    public static readonly EntityTopic Topic = new()
    {
        Name = ModelEvents.Namespace,
        Grain = (grains, id) => grains.GetGrain<IModelGrain>(id),
        Snapshot = async (grains, id, json, _) => json.Text(await grains.GetGrain<IModelGrain>(id).Get()),
        LastKind = ModelEvents.Deleted,
    };
}
