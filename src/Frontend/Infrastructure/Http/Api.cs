using Actors.Audit;
using Actors.Blobs;
using Actors.Clients;
using Actors.Generation;
using Actors.Jobs;
using Actors.Live;
using Actors.Models;
using Actors.Users;
using Actors.WorkOrders;

namespace Actors.Infrastructure.Http;

/// <summary>Where the API stands.</summary>
internal static class Api
{
    /// <summary>The address that documents and <c>Location</c> headers name.</summary>
    public const string Prefix = "/api/v1";

    /// <summary>What older clients call.</summary>
    public const string Unversioned = "/api";

    /// <summary>Maps every feature twice: versioned, and as older clients know it.</summary>
    public static WebApplication MapApi(this WebApplication app)
    {
        MapFeatures(app.MapGroup(Prefix));
        app.MapKeys();
        MapFeatures(app.MapGroup(Unversioned).ExcludeFromDescription());
        return app;
    }

    private static void MapFeatures(RouteGroupBuilder api)
    {
        api.MapUsers();
        api.MapSessions();
        api.MapAdmin();
        api.MapServiceTokens();
        api.MapWorkOrders();
        api.MapTasks();
        api.MapModels();
        api.MapGallery();
        api.MapReports();
        api.MapQueues();
        api.MapBlobs();
        api.MapLive();
        api.MapAudit();
    }
}

/// <summary>The operation's name in OpenAPI. Not an endpoint name: those must be unique, and each route is mapped twice.</summary>
/// <param name="Id">camelCase.</param>
internal sealed record OperationName(string Id);

/// <summary>Describes endpoints for OpenAPI.</summary>
internal static class Descriptions
{
    /// <summary>Names the operation and says in a line what it does.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string id, string summary) =>
        endpoint.WithSummary(summary).WithMetadata(new OperationName(id));
}
