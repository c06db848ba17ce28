namespace Actors.Models;

/// <content>What users report of the model, and what moderators decide.</content>
internal sealed partial class ModelGrain
{
    public async Task<ModelReport> Report(ReportModel command)
    {
        ModelRules.Public(State);
        var (id, now) = (ReportRow.IdOf(Me.UserId, Id), Now);
        var earlier = await Database.RowsOf(Me.UserId).ListAsync("select round from model_reports where id = @id", [("id", id)], row => row.GetInt64(0));
        return await ExecuteAsync(
            () => ModelRules.Report(State, command, earlier is [var round] ? round : null, Me, now),
            _ => new ModelReport(id, Id, Me.UserId, command.Reason, command.Note, IsOpen: true, now));
    }

    public Task<Model> DismissReports() => ModerateAsync(() => ModelRules.DismissReports(State, Me));

    public Task<Model> TakeDown(string reason) => ModerateAsync(() => ModelRules.TakeDown(State, reason, Me, Now));

    public Task<Model> Restore() => ModerateAsync(() => ModelRules.Restore(State, Me, Now));

    private async Task<long> CountReportsAsync(long round)
    {
        var counted = await Database.RowsOfAllUsers().ListAsync( // of everybody who reported it
            "select count(*) from model_reports where model_id = @model and round = @round", [("model", Id), ("round", round)], row => row.GetInt64(0));
        return counted[0];
    }

    private async Task<Model> ModerateAsync(Func<Change<ModelState>?> decide)
    {
        await ExecuteAsync(decide, _ => true);
        return await AnswerAsync(State ?? throw ModelRules.NotFound());
    }
}
