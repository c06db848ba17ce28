using System.Collections.Immutable;
using Actors.Storage;

namespace Actors.Models;

/// <summary>
/// What users reported of one model. Key: the model's id. Owns: the row of its count and the reports, so that the count is always that of the rows of the
/// present round.
/// </summary>
[GrainType("model-reports")]
internal sealed class ModelReportsGrain(EntityServices services) : EntityGrain<ModelReportsState>(services), IModelReportsGrain
{
    protected override string Topic => ReportEvents.Topic(Id);

    protected override Table<ModelReportsState> Root => ModelReportsState.Table;

    protected override bool MayLiveTwice => false; // it goes with its model, whose id is used once

    private static Caller Me => Caller.Current!;

    public async Task<ModelReport> Report(ReportModel command)
    {
        var report = new ReportRow(Me.UserId, Id, command.Reason, command.Note, Round: 0, Now);
        var model = await GrainFactory.GetGrain<IModelGrain>(Id).Find();
        var earlier = await ReportRow.FindAsync(Database, report);
        Change<ModelReportsState>? change = null;
        return await ExecuteAsync(
            () => change = ModelReportsRules.Report(State, model, report, earlier, Me),
            _ => new ModelReport(report.Id, Id, report.UserId, report.Reason, report.Note, IsOpen: true, change is null ? earlier!.CreatedAt : report.CreatedAt));
    }

    public Task<OpenReports> Dismiss(long? expectedVersion) => ExecuteAsync(
        () => ModelReportsRules.Dismiss(State, expectedVersion, Me),
        state => state is null ? throw ModelReportsRules.NotFound() : new OpenReports(Id, state.Count, state.Version));

    public async Task<Model> TakeDown(string reason)
    {
        var model = await GrainFactory.GetGrain<IModelGrain>(Id).TakeDown(reason);
        await ExecuteAsync(() => ModelReportsRules.Settle(State), _ => true);
        return model;
    }

    protected override Task<ModelReportsState?> LoadAsync(CancellationToken cancellationToken) => ModelReportsState.LoadAsync(Database, Id, cancellationToken);

    protected override ImmutableArray<string> Audience(ModelReportsState state) => [];

    protected override AppException Refusal(string? constraint) =>
        constraint == "reported_models_id_fkey" ? ModelRules.NotFound() : Errors.Invalid("", $"holds a value that cannot be stored ({constraint})");
}
