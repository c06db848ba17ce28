using System.Collections.Immutable;
using Actors.Infrastructure.Http;

namespace Actors.WorkOrders;

/// <summary>Steps of a work order and the progress reported for them.</summary>
internal static class StepEndpoints
{
    /// <summary>Maps <c>/work-orders/{id}/steps</c>.</summary>
    public static void MapSteps(this RouteGroupBuilder orders)
    {
        orders.MapPost("/{id}/steps", Add).Describe("addStep", "Add a step");
        orders.MapPut("/{id}/steps/order", Reorder).Describe("reorderSteps", "Put the steps in another order");
        orders.MapPatch("/{id}/steps/{stepCode}", Change).Describe("changeStep", "Change, assign or skip a step");
        orders.MapDelete("/{id}/steps/{stepCode}", Remove).Describe("removeStep", "Remove a step that has no reports");
    }

    /// <summary>Maps progress reports and their log.</summary>
    public static void MapProgress(this RouteGroupBuilder orders)
    {
        orders.MapPost("/{id}/steps/{stepCode}/progress", Report).NotAudited().Describe("reportProgress", "Report finished pieces");
        orders.MapGet("/{id}/progress-logs", Log).Describe("listProgressLogs", "The progress log, oldest first");
        orders.MapPost("/{id}/progress-logs/{logId}/corrections", Correct).Describe("correctProgress", "Set a report right, or undo it");
    }

    private static async Task<Answer<WorkOrder>> Add(string id, AddStepRequest body, ExpectedVersion version, IGrainFactory grains) =>
        Answers.Of(await grains.GetGrain<IWorkOrderGrain>(id).AddStep(body.ToCommand(version.Value)));

    private static async Task<Answer<WorkOrder>> Reorder(
        string id, ReorderStepsRequest body, ExpectedVersion version, IGrainFactory grains) =>
        Answers.Of(await grains.GetGrain<IWorkOrderGrain>(id).ReorderSteps(body.ToCommand(version.Value)));

    private static async Task<Answer<WorkOrder>> Change(
        string id, string stepCode, ChangeStepRequest body, ExpectedVersion version, IGrainFactory grains) =>
        Answers.Of(await grains.GetGrain<IWorkOrderGrain>(id).ChangeStep(body.ToCommand(stepCode, version.Value)));

    private static async Task<Answer<WorkOrder>> Remove(string id, string stepCode, ExpectedVersion version, IGrainFactory grains) =>
        Answers.Of(await grains.GetGrain<IWorkOrderGrain>(id).RemoveStep(stepCode, version.Value));

    private static async Task<Answer<WorkOrder>> Report(string id, string stepCode, ReportProgressRequest body, IGrainFactory grains) =>
        Answers.Of(await grains.GetGrain<IWorkOrderGrain>(id).ReportProgress(body.ToCommand(stepCode)));

    private static async Task<Answer<WorkOrder>> Correct(string id, string logId, CorrectProgressRequest body, IGrainFactory grains) =>
        Answers.Of(await grains.GetGrain<IWorkOrderGrain>(id).CorrectProgress(body.ToCommand(logId)));

    private static async Task<Answer<ImmutableArray<ProgressLog>>> Log(
        string id, [AsParameters] RowsRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var (after, limit) = request.ToRange();
        return Answers.Rows(await grains.GetGrain<IWorkOrderGrain>(id).ProgressLogs(after, limit, cancellationToken), limit);
    }
}
