using System.Collections.Immutable;
using Actors.Infrastructure.Http;
using Actors.Users;

namespace Actors.Models;

/// <summary>What users report of models, and what moderators decide, over HTTP.</summary>
internal static class ReportEndpoints
{
    /// <summary>Maps <c>/models/{id}/report</c>, <c>/admin/reports</c> and what is done about them.</summary>
    public static void MapReports(this RouteGroupBuilder api)
    {
        api.MapGroup("/models").WithTags("Gallery").MapPost("/{id}/report", Report).NotAudited().Describe("reportModel", "Report a public model to the moderators");
        var admin = api.MapGroup("/admin").WithTags("Admin").AllowServices();
        admin.MapGet("/reports", ListReported).Describe("listReportedModels", "Public models with open reports, those first that most users reported (administrators)");
        admin.MapGet("/models/{id}/reports", ListReports).Describe("listModelReports", "What users reported of a model, the newest first (administrators)");
        admin.MapPost("/models/{id}/reports/dismiss", Dismiss).Describe("dismissReports", "Settle a model's reports: there is nothing wrong (administrators)");
        admin.MapPost("/models/{id}/takedown", TakeDown).Describe("takeDownModel", "Take a model out of the gallery until it is restored; settles its reports (administrators)");
        admin.MapGet("/takedowns", ListTakenDown).Describe("listTakenDownModels", "Models that were taken down, the last ones first (administrators)");
        admin.MapPost("/models/{id}/restore", Restore).Describe("restoreModel", "Let a model that was taken down be published again (administrators)");
    }

    private static async Task<Answer<ModelReport>> Report(string id, ReportModelRequest body, IGrainFactory grains) =>
        Answers.Ok(await grains.GetGrain<IModelReportsGrain>(id).Report(body.ToCommand()));

    private static async Task<Answer<ImmutableArray<ReportedModel>>> ListReported(
        [AsParameters] ListModelsRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var query = request.ToQuery();
        return Answers.Rows(await grains.GetGrain<IModelQueriesGrain>(0).ListReported(query, cancellationToken), query.Limit);
    }

    private static async Task<Answer<ImmutableArray<ModelReport>>> ListReports(
        string id, [AsParameters] ListModelsRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var query = request.ToQuery();
        return Answers.Rows(await grains.GetGrain<IModelQueriesGrain>(0).ListReports(id, query, cancellationToken), query.Limit);
    }

    private static async Task<Answer<OpenReports>> Dismiss(string id, ExpectedVersion version, IGrainFactory grains)
    {
        var left = await grains.GetGrain<IModelReportsGrain>(id).Dismiss(version.Value);
        return new(left, left.Version);
    }

    private static async Task<Answer<ImmutableArray<TakenDownModel>>> ListTakenDown(
        [AsParameters] ListModelsRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var query = request.ToQuery();
        return Answers.Rows(await grains.GetGrain<IModelQueriesGrain>(0).ListTakenDown(query, cancellationToken), query.Limit);
    }

    private static async Task<Answer<Model>> TakeDown(string id, TakeDownRequest body, IGrainFactory grains) =>
        Of(await grains.GetGrain<IModelReportsGrain>(id).TakeDown(body.ToReason()));

    private static async Task<Answer<Model>> Restore(string id, IGrainFactory grains) => Of(await grains.GetGrain<IModelGrain>(id).Restore());

    private static Answer<Model> Of(Model model) => new(model, model.Version, passes: true);
}
