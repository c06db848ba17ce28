using System.Collections.Immutable;
using Actors.Blobs;

namespace Actors.Models;

/// <content>What users say of the model, and the model as one of them sees it.</content>
internal sealed partial class ModelGrain
{
    /// <summary>Users of whom the grain remembers what they said.</summary>
    private const int MostRemembered = 10_000;

    private readonly Dictionary<string, ImmutableHashSet<InteractionType>> _said = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Url, DateTimeOffset RenewAt)> _links = new(StringComparer.Ordinal);

    public async Task<Interaction> React(InteractionType type, bool? wanted)
    {
        new Validator().Defined("type", type).ThrowIfInvalid();
        ModelRules.Visible(State, Me);
        var said = await SaidByAsync(Me.UserId);
        var isSet = said.Contains(type);
        var isWanted = wanted ?? !isSet;
        var answer = await ExecuteAsync(
            () => ModelRules.React(State, type, isSet, isWanted, Me, Now),
            state => new Interaction(isWanted, type == InteractionType.Like ? state!.Counts.LikeCount : state!.Counts.FavoriteCount));
        _said.Remove(Me.UserId); // a repeated command answers as the first time, and does nothing: what holds is what the rows say
        return answer;
    }

    public async Task<Model> Recount()
    {
        Permissions.Ensure(Me, Permission.RunTask, "Only an administrator may count anew.");
        var present = ModelRules.Visible(State, Me);
        var counted = await Database.RowsOfAllUsers().ListAsync( // of everybody who said something
            "select type, count(*) from model_interactions where model_id = @model group by type",
            [("model", Id)],
            row => (Type: WireName.Parse<InteractionType>(row.GetString(0)), Count: row.GetInt64(1)));
        var counts = present.Counts with { LikeCount = Of(InteractionType.Like), FavoriteCount = Of(InteractionType.Favorite) };
        return await CommandAsync(() => counts == State!.Counts ? null : ModelRules.Count(State, counts, ModelEvents.Counted));

        long Of(InteractionType type) => counted.FirstOrDefault(c => c.Type == type).Count;
    }

    private async Task<ImmutableHashSet<InteractionType>> SaidByAsync(string userId)
    {
        if (!_said.TryGetValue(userId, out var said))
        {
            if (_said.Count >= MostRemembered)
            {
                _said.Clear();
            }

            said = [.. await Database.RowsOf(userId).ListAsync(
                "select type from model_interactions where user_id = @user and model_id = @model",
                [("user", userId), ("model", Id)],
                row => WireName.Parse<InteractionType>(row.GetString(0)))];
            _said[userId] = said;
        }

        return said;
    }

    private async Task<Model> AnswerAsync(ModelState state)
    {
        var caller = Caller.Current;
        var said = caller?.Type == PrincipalType.User ? await SaidByAsync(caller.UserId) : [];
        var isOwn = caller is not null && Permissions.Allows(caller, Permission.SeeTask, ModelRules.RelationTo(state, caller));
        var knowsOfTakedown = isOwn || (caller is not null && Permissions.Allows(caller, Permission.ModerateModels));
        return new()
        {
            Id = state.Id,
            UserId = state.UserId,
            Source = state.Source,
            RequestId = isOwn ? state.RequestId : null,
            SourceImageId = isOwn ? state.SourceImageId : null,
            Name = state.Name,
            Description = state.Description,
            ModelUrl = await UrlOfAsync(state.Made?.FileId),
            PreviewImageUrl = await UrlOfAsync(state.Made?.PreviewFileId),
            Parts = [.. await Task.WhenAll((state.Made?.Parts ?? []).Select(async p => new ModelPartLink(p.Name, await UrlOfAsync(p.FileId) ?? "")))],
            Format = state.Format,
            FileSize = state.Made?.FileSize,
            Visibility = state.Visibility,
            PublishedAt = state.PublishedAt,
            ViewCount = state.Counts.ViewCount + _views,
            LikeCount = state.Counts.LikeCount,
            FavoriteCount = state.Counts.FavoriteCount,
            DownloadCount = state.Counts.DownloadCount + _downloads,
            Liked = said.Contains(InteractionType.Like),
            Favorited = said.Contains(InteractionType.Favorite),
            Progress = state.Job.Progress,
            CreatedAt = state.CreatedAt,
            UpdatedAt = state.UpdatedAt,
            CompletedAt = state.CompletedAt,
            FailedAt = state.FailedAt,
            ErrorMessage = isOwn ? state.Job.ErrorMessage : null,
            Tags = ModelTags.Split(state.Tags),
            Prompt = isOwn || ModelRules.IsRemixable(state) ? state.Prompt() : null,
            AllowRemix = state.AllowRemix,
            RemixOf = state.RemixOf,
            TakenDownAt = knowsOfTakedown ? state.TakenDown?.At : null,
            TakenDownReason = knowsOfTakedown ? state.TakenDown?.Reason : null,
            Version = state.DocumentVersion,
        };
    }

    // Whoever may see the model may read its files. Null also for a file that its owner has deleted.
    private async Task<string?> UrlOfAsync(string? fileId)
    {
        if (fileId is null)
        {
            return null;
        }

        if (_links.TryGetValue(fileId, out var known) && known.RenewAt > Now)
        {
            return known.Url;
        }

        Caller.Current = Caller.System;
        try
        {
            var link = await GrainFactory.GetGrain<IBlobGrain>(fileId).Link(CancellationToken.None);
            _links[fileId] = (link.Url, Now + ((link.ExpiresAt - Now) / 2));
            return link.Url;
        }
        catch (AppException gone) when (gone.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }
}
