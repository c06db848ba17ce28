using System.Collections.Immutable;
using Actors.Infrastructure.Http;
using Actors.Live;

namespace Actors.WorkOrders;

/// <summary>Work orders over HTTP.</summary>
internal static class WorkOrderEndpoints
{
    /// <summary>Offers work orders to the live feed.</summary>
    public static WebApplicationBuilder AddWorkOrders(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(WorkOrderTopics.Topic);
        return builder;
    }

    /// <summary>Maps <c>/work-orders</c>.</summary>
    public static void MapWorkOrders(this RouteGroupBuilder api)
    {
        var orders = api.MapGroup("/work-orders").WithTags("Work orders");
        orders.MapPost("/", Create).NotAudited().Describe("createWorkOrder", "Create a work order, as a draft");
        orders.MapGet("/", List).Describe("listWorkOrders", "List the work orders that the caller may see");
        orders.MapGet("/{id}", Get).Describe("getWorkOrder", "A work order with its steps");
        orders.MapPut("/{id}", Replace).Describe("replaceWorkOrder", "Replace the order's own fields");
        orders.MapPatch("/{id}", Change).Describe("changeWorkOrder", "Change some of the order's own fields");
        orders.MapDelete("/{id}", Delete).Describe("deleteWorkOrder", "Delete a draft; cancel what is more");
        orders.MapPost("/{id}/status", MoveTo).Describe("changeWorkOrderStatus", "Release, start, pause, complete, cancel or reopen");
        orders.MapGet("/{id}/events", Watch).WithTags(LiveEndpoints.Tag).Describe("watchWorkOrder", "The order's changes, live (server-sent events)");
        orders.MapSteps();
        orders.MapProgress();
        orders.MapMessages();
    }

    private static async Task<Created<WorkOrder>> Create(CreateWorkOrderRequest body, IGrainFactory grains, TimeProvider time)
    {
        var id = CallContext.NewId("work-order", Caller.Current!.UserId, time);
        var order = await grains.GetGrain<IWorkOrderGrain>(id).Create(body.ToCommand());
        return new(order, $"/work-orders/{Uri.EscapeDataString(order.Id)}", order.Version);
    }

    private static async Task<Answer<ImmutableArray<WorkOrderSummary>>> List(
        [AsParameters] ListWorkOrdersRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var query = request.ToQuery();
        var page = await grains.GetGrain<IWorkOrderQueriesGrain>(0).List(query, cancellationToken);
        return query.Cursor is null
            ? Answers.Numbered(page, query.Page, query.Limit)
            : Answers.Rows(page, query.Limit);
    }

    private static async Task<Answer<WorkOrder>> Get(string id, IGrainFactory grains) =>
        Answers.Of(await grains.GetGrain<IWorkOrderGrain>(id).Get());

    private static async Task<Answer<WorkOrder>> Replace(
        string id, ReplaceWorkOrderRequest body, ExpectedVersion version, IGrainFactory grains) =>
        Answers.Of(await grains.GetGrain<IWorkOrderGrain>(id).Change(body.ToCommand(version.Value)));

    private static async Task<Answer<WorkOrder>> Change(
        string id, ChangeWorkOrderRequest body, ExpectedVersion version, IGrainFactory grains) =>
        Answers.Of(await grains.GetGrain<IWorkOrderGrain>(id).Change(body.ToCommand(version.Value)));

    private static async Task<Answer<Deleted>> Delete(string id, ExpectedVersion version, IGrainFactory grains)
    {
        await grains.GetGrain<IWorkOrderGrain>(id).Delete(version.Value);
        return Answers.Ok(new Deleted(id));
    }

    private static async Task<Answer<WorkOrder>> MoveTo(
        string id, ChangeStatusRequest body, ExpectedVersion version, IGrainFactory grains) =>
        Answers.Of(await grains.GetGrain<IWorkOrderGrain>(id).ChangeStatus(body.ToCommand(version.Value)));

    private static Task<EventStream> Watch(string id, string? lastEventId, HttpContext context, LiveStreams streams) =>
        streams.OpenAsync([WorkOrderEvents.Topic(id)], EventStream.LastEventId(context.Request, lastEventId), context);
}
