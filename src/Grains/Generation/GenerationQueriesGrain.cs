using Actors.Storage;
using Orleans.Concurrency;

namespace Actors.Generation;

/// <summary>Lists requests by SQL. Stateless.</summary>
[StatelessWorker]
internal sealed class GenerationQueriesGrain(Database database) : Grain, IGenerationQueriesGrain
{
    private static readonly KeysetList<GenerationSummary> Requests = new(
        "tasks",
        "select id, prompt, status, phase, selected_image_index, created_at, updated_at from generation_requests",
        "created_at",
        row => new GenerationSummary
        {
            Id = row.GetString(0),
            Prompt = row.GetString(1),
            Status = WireName.Parse<RequestStatus>(row.GetString(2)),
            Phase = WireName.Parse<RequestPhase>(row.GetString(3)),
            SelectedImageIndex = row.IsDBNull(4) ? null : (int)row.GetInt64(4),
            CreatedAt = row.GetTimestamp(5),
            UpdatedAt = row.GetTimestamp(6),
        },
        request => new(request.CreatedAt, request.Id));

    public Task<Page<GenerationSummary>> List(ListGenerations query, CancellationToken cancellationToken = default)
    {
        new Validator()
            .Range("limit", query.Limit, 1, PageLimits.MaxSize)
            .That(query.Status is not { } status || Enum.IsDefined(status), "status", "is unknown")
            .ThrowIfInvalid();
        var filter = new Filter()
            .And("user_id = @user", "user", Caller.Current!.UserId)
            .And("status = @status", "status", query.Status is { } wanted ? WireName.Of(wanted) : null);
        return Requests.ReadAsync(database.RowsOf(Caller.Current!.UserId), filter, query.Cursor, query.Limit, cancellationToken);
    }
}
