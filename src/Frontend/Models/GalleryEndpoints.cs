using System.Collections.Immutable;
using Actors.Infrastructure.Http;
using Actors.Users;

namespace Actors.Models;

/// <summary>Whether the caller likes the model, and how many do.</summary>
internal sealed record LikeView(bool Liked, long LikeCount);

/// <summary>Whether the caller keeps the model, and how many do.</summary>
internal sealed record FavoriteView(bool Favorited, long FavoriteCount);

/// <summary>
/// The gallery, for everybody, and what users say of models. POST turns a like round, as the document says, and is safe to repeat with an
/// Idempotency-Key alone; PUT and DELETE set and unset it (features C17).
/// </summary>
internal static class GalleryEndpoints
{
    /// <summary>Maps <c>/gallery</c>, likes and favourites.</summary>
    public static void MapGallery(this RouteGroupBuilder api)
    {
        var gallery = api.MapGroup("/gallery").WithTags("Gallery");
        gallery.MapGet("/", List).AllowAnonymous().WelcomeUsers().Describe("listGallery", "Public models: the newest, the most liked, those that are searched for");
        gallery.MapGet("/{id}", Look).AllowAnonymous().WelcomeUsers().Describe("viewModel", "A public model; counts a view");

        var models = api.MapGroup("/models/{id}").WithTags("Gallery");
        models.MapPost("/like", (string id, IGrainFactory grains) => Like(id, wanted: null, grains)).NotAudited().Describe("toggleLike", "Like a model, or not any more");
        models.MapPut("/like", (string id, IGrainFactory grains) => Like(id, wanted: true, grains)).NotAudited().Describe("like", "Like a model");
        models.MapDelete("/like", (string id, IGrainFactory grains) => Like(id, wanted: false, grains)).NotAudited().Describe("unlike", "Like a model no more");
        models.MapPost("/favorite", (string id, IGrainFactory grains) => Keep(id, wanted: null, grains)).NotAudited().Describe("toggleFavorite", "Keep a model, or not any more");
        models.MapPut("/favorite", (string id, IGrainFactory grains) => Keep(id, wanted: true, grains)).NotAudited().Describe("favorite", "Keep a model");
        models.MapDelete("/favorite", (string id, IGrainFactory grains) => Keep(id, wanted: false, grains)).NotAudited().Describe("unfavorite", "Keep a model no more");

        var mine = api.MapGroup("/me").WithTags("Gallery");
        mine.MapGet("/likes", ListLikes).Describe("listMyLikes", "Public models that the caller likes");
        mine.MapGet("/favorites", ListFavorites).Describe("listMyFavorites", "Public models that the caller keeps");
    }

    private static async Task<Answer<ImmutableArray<ModelSummary>>> List(
        [AsParameters] ListGalleryRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var query = request.ToQuery();
        return Answers.Rows(await grains.GetGrain<IModelQueriesGrain>(0).ListGallery(query, cancellationToken), query.Limit);
    }

    private static async Task<Answer<Model>> Look(string id, HttpContext context, IGrainFactory grains)
    {
        var model = await grains.GetGrain<IModelGrain>(id).Look(ModelEndpoints.ViewerOf(context));
        return new(model, model.Version, passes: true);
    }

    private static async Task<Answer<LikeView>> Like(string id, bool? wanted, IGrainFactory grains)
    {
        var now = await grains.GetGrain<IModelGrain>(id).React(InteractionType.Like, wanted);
        return Answers.Ok(new LikeView(now.IsSet, now.Count));
    }

    private static async Task<Answer<FavoriteView>> Keep(string id, bool? wanted, IGrainFactory grains)
    {
        var now = await grains.GetGrain<IModelGrain>(id).React(InteractionType.Favorite, wanted);
        return Answers.Ok(new FavoriteView(now.IsSet, now.Count));
    }

    private static Task<Answer<ImmutableArray<ModelSummary>>> ListLikes(
        [AsParameters] ListModelsRequest request, IGrainFactory grains, CancellationToken cancellationToken) =>
        ListAsync(InteractionType.Like, request, grains, cancellationToken);

    private static Task<Answer<ImmutableArray<ModelSummary>>> ListFavorites(
        [AsParameters] ListModelsRequest request, IGrainFactory grains, CancellationToken cancellationToken) =>
        ListAsync(InteractionType.Favorite, request, grains, cancellationToken);

    private static async Task<Answer<ImmutableArray<ModelSummary>>> ListAsync(
        InteractionType type, ListModelsRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var query = request.ToQuery();
        return Answers.Rows(await grains.GetGrain<IModelQueriesGrain>(0).ListOfInterest(type, query, cancellationToken), query.Limit);
    }
}
