using System.Data.Common;
using Actors.Blobs;
using Actors.Storage;
using Orleans.Concurrency;

namespace Actors.Models;

/// <summary>Lists models by SQL. Stateless.</summary>
[StatelessWorker]
internal sealed class ModelQueriesGrain : Grain, IModelQueriesGrain
{
    private const string Columns =
        "g.id, g.user_id, g.author, g.name, g.format, g.file_size, g.source, g.visibility, g.published_at, g.view_count, g.like_count, g.favorite_count, "
        + "g.download_count, g.created_at, g.completed_at, g.failed_at, g.preview_key, g.tags";

    // Rows and columns as those of the view gallery_models.
    private const string Own =
        """
        (select m.id, m.user_id, cast(null as text) as author, m.name, m.format, m.file_size, m.source, m.visibility, m.published_at, m.view_count, m.like_count,
                m.favorite_count, m.download_count, m.created_at, m.completed_at, m.failed_at, b.key as preview_key, m.tags
         from models m left join blobs b on b.id = m.preview_image_url and b.status = 'stored') g
        """;

    private static readonly KeysetList<ReportedModel> Reported = new(
        "reported-models",
        "select m.id, m.user_id, m.name, r.report_count, r.version from reported_models r join models m on m.id = r.id",
        "r.report_count",
        row => new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4)),
        model => new(model.ReportCount, model.Id),
        "r.id",
        isTime: false);

    private static readonly KeysetList<ModelReport> Reports = new(
        "model-reports",
        "select r.id, r.model_id, r.user_id, r.reason, r.note, r.round = m.round, r.created_at from model_reports r join reported_models m on m.id = r.model_id",
        "r.created_at",
        row => new(
            row.GetString(0), row.GetString(1), row.GetString(2), WireName.Parse<ReportReason>(row.GetString(3)), row.GetNullableString(4), row.GetBoolean(5), row.GetTimestamp(6)),
        report => new(report.CreatedAt, report.Id),
        "r.id");

    private static readonly KeysetList<TakenDownModel> TakenDown = new(
        "taken-down-models",
        "select id, user_id, name, taken_down_at, taken_down_reason from models",
        "taken_down_at",
        row => new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetTimestamp(3), row.GetString(4)),
        model => new(model.TakenDownAt, model.Id));

    private readonly Database _database;
    private readonly BlobServices _blobs;
    private readonly KeysetList<ModelSummary> _newest;
    private readonly KeysetList<ModelSummary> _mostLiked;
    private readonly KeysetList<ModelSummary> _newestTagged;
    private readonly KeysetList<ModelSummary> _mostLikedTagged;
    private readonly KeysetList<ModelSummary> _mine;
    private readonly KeysetList<(ModelSummary Model, KeysetCursor Place)> _ofInterest;

    public ModelQueriesGrain(Database database, BlobServices blobs)
    {
        (_database, _blobs) = (database, blobs);
        _newest = new("gallery", $"select {Columns} from gallery_models g", "g.published_at", Read, m => new(m.PublishedAt!.Value, m.Id), "g.id");
        _mostLiked = new("gallery-likes", $"select {Columns} from gallery_models g", "g.like_count", Read, m => new(m.LikeCount, m.Id), "g.id", isTime: false);
        const string Tagged = $"select {Columns} from model_tags t join gallery_models g on g.id = t.model_id";
        _newestTagged = new("gallery-tag", Tagged, "t.published_at", Read, m => new(m.PublishedAt!.Value, m.Id), "t.model_id");
        _mostLikedTagged = new("gallery-tag-likes", Tagged, "g.like_count", Read, m => new(m.LikeCount, m.Id), "g.id", isTime: false);
        _mine = new("models", $"select {Columns} from {Own}", "g.created_at", Read, m => new(m.CreatedAt, m.Id), "g.id");
        _ofInterest = new(
            "interest",
            $"select {Columns}, i.created_at, i.id from model_interactions i join gallery_models g on g.id = i.model_id",
            "i.created_at",
            row => (Read(row), new(row.GetTimestamp(18), row.GetString(19))),
            found => found.Place,
            "i.id");
    }

    public Task<Page<ModelSummary>> ListGallery(ListGallery query, CancellationToken cancellationToken = default)
    {
        new Validator()
            .Defined("sort", query.Sort)
            .OptionalText("q", query.Search, ModelLimits.Search)
            .OptionalText("remixOf", query.RemixOf, Ids.MaxLength)
            .Range("limit", query.Limit, 1, PageLimits.MaxSize)
            .ThrowIfInvalid();
        var tag = query.Tag is { } wanted ? ModelTags.Normalize(wanted) : null;
        if (tag is not null)
        {
            new Validator().Tag("tag", tag).ThrowIfInvalid();
        }

        var filter = new Filter()
            .And(@"(lower(g.name) like lower(@search) escape '\' or lower(g.description) like lower(@search) escape '\')", "search", Filter.Containing(query.Search))
            .And("t.tag = @tag", "tag", tag)
            .And("g.remix_of = @source", "source", query.RemixOf);
        var list = (query.Sort, tag) switch
        {
            (GallerySort.Likes, null) => _mostLiked,
            (GallerySort.Likes, _) => _mostLikedTagged,
            (_, null) => _newest,
            _ => _newestTagged,
        };
        return list.ReadAsync(query.Search is null && tag is null ? _database : _database.PlannedAnew(), filter, query.Cursor, query.Limit, cancellationToken);
    }

    public Task<Page<ModelSummary>> ListMine(ListModels query, CancellationToken cancellationToken = default)
    {
        Validate(query);
        var me = Caller.Current!.UserId;
        return _mine.ReadAsync(_database.RowsOf(me), new Filter().And("g.user_id = @me", "me", me), query.Cursor, query.Limit, cancellationToken);
    }

    public async Task<Page<ModelSummary>> ListOfInterest(InteractionType type, ListModels query, CancellationToken cancellationToken = default)
    {
        Validate(query);
        var me = Caller.Current!.UserId;
        var filter = new Filter().And("i.user_id = @me", "me", me).And("i.type = @type", "type", WireName.Of(type));
        var page = await _ofInterest.ReadAsync(_database.RowsOf(me), filter, query.Cursor, query.Limit, cancellationToken);
        return new([.. page.Items.Select(found => found.Model)], page.NextCursor);
    }

    // Of all users: moderators see what anybody reported.
    public Task<Page<ReportedModel>> ListReported(ListModels query, CancellationToken cancellationToken = default)
    {
        EnsureModerator();
        Validate(query);
        return Reported.ReadAsync(_database.RowsOfAllUsers(), new Filter("r.report_count > 0 and m.visibility = 'PUBLIC'"), query.Cursor, query.Limit, cancellationToken);
    }

    public Task<Page<ModelReport>> ListReports(string modelId, ListModels query, CancellationToken cancellationToken = default)
    {
        EnsureModerator();
        Validate(query);
        return Reports.ReadAsync(
            _database.RowsOfAllUsers(), new Filter().And("r.model_id = @model", "model", modelId), query.Cursor, query.Limit, cancellationToken);
    }

    public Task<Page<TakenDownModel>> ListTakenDown(ListModels query, CancellationToken cancellationToken = default)
    {
        EnsureModerator();
        Validate(query);
        return TakenDown.ReadAsync(_database.RowsOfAllUsers(), new Filter("taken_down_at is not null"), query.Cursor, query.Limit, cancellationToken);
    }

    private static void EnsureModerator() => Permissions.Ensure(Caller.Current!, Permission.ModerateModels, "Only moderators may read reports.");

    private static void Validate(ListModels query) => new Validator().Range("limit", query.Limit, 1, PageLimits.MaxSize).ThrowIfInvalid();

    private ModelSummary Read(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        UserId = row.GetString(1),
        Author = row.GetNullableString(2),
        Name = row.GetString(3),
        Format = WireName.Parse<ModelFormat>(row.GetString(4)),
        FileSize = row.IsDBNull(5) ? null : row.GetInt64(5),
        Source = WireName.Parse<ModelSource>(row.GetString(6)),
        Visibility = WireName.Parse<ModelVisibility>(row.GetString(7)),
        PublishedAt = row.GetNullableTimestamp(8),
        ViewCount = row.GetInt64(9),
        LikeCount = row.GetInt64(10),
        FavoriteCount = row.GetInt64(11),
        DownloadCount = row.GetInt64(12),
        CreatedAt = row.GetTimestamp(13),
        CompletedAt = row.GetNullableTimestamp(14),
        FailedAt = row.GetNullableTimestamp(15),
        PreviewImageUrl = row.GetNullableString(16) is { } key ? _blobs.Store.SignGet(key, _blobs.Options.LinkLifetime, "inline") : null,
        Tags = ModelTags.Split(row.GetString(17)),
    };
}
