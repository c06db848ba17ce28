using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using Actors.Blobs;
using Actors.Generation;
using Actors.Infrastructure;
using Actors.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Models;

/// <summary>Tests that are the workers themselves: they lease jobs and say how they ended.</summary>
internal sealed class HandMade(ActorsApp app)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private IGrainFactory Grains => app.Services.GetRequiredService<IGrainFactory>();

    /// <summary>A task whose four pictures are there.</summary>
    public async Task<string> TaskAsync(ActorsClient user, object? body = null)
    {
        var id = (await user.PostAsync("/api/v1/tasks", body ?? new { prompt = "一个 齿轮箱" })).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!;
        for (var image = 0; image < GenerationLimits.Images; image++)
        {
            var file = await user.UploadAsync(app.CreateClient(), Files.Png(100));
            await CompleteAsync(await LeaseAsync(GenerationQueues.Images), file);
        }

        return id;
    }

    /// <summary>A task whose model is to be made; its job is leased.</summary>
    public async Task<(string Task, JobLease Model)> ChosenAsync(ActorsClient user, int index = 1, object? body = null)
    {
        var task = await TaskAsync(user, body);
        (await user.SendAsync(HttpMethod.Patch, $"/api/v1/tasks/{task}", new { selectedImageIndex = index })).Expect(HttpStatusCode.OK);
        return (task, await LeaseAsync(ModelQueues.Generation));
    }

    /// <summary>A task with its model.</summary>
    public async Task<(string Task, string Model)> DoneAsync(ActorsClient user, object? body = null)
    {
        var (task, lease) = await ChosenAsync(user, body: body);
        Assert.True(await CompleteAsync(lease, await MadeAsync(user)));
        await UntilAsync(user, task, "COMPLETED");
        return (task, ModelIds.OfRequest(task));
    }

    /// <summary>A model of an uploaded file; public, if it is called something.</summary>
    public async Task<string> ImportedAsync(ActorsClient user, string? published = null)
    {
        var file = await UploadObjAsync(user);
        var id = (await user.PostAsync("/api/v1/models", new { fileId = file, name = published })).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!;
        Assert.True(await CompleteAsync(await LeaseAsync(ModelQueues.Import), await MadeAsync(user, file)));
        if (published is not null)
        {
            (await user.PostAsync($"/api/v1/models/{id}/publish")).Expect(HttpStatusCode.OK);
        }

        return id;
    }

    /// <summary>A stored upload for the purpose of a model.</summary>
    public async Task<string> UploadObjAsync(ActorsClient user)
    {
        var bytes = Encoding.ASCII.GetBytes($"# {Guid.CreateVersion7()}\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n");
        var ticket = (await user.PostAsync(
            "/api/v1/uploads", new { purpose = "model", contentType = "model/obj", size = bytes.Length, fileName = "齿轮.obj" })).Expect(HttpStatusCode.Created).Data;
        (await Files.PutAsync(app.CreateClient(), ticket, bytes)).EnsureSuccessStatusCode();
        return (await user.CompleteAsync(ticket.GetProperty("id").GetString()!)).Expect(HttpStatusCode.OK).Data.GetProperty("id").GetString()!;
    }

    public async Task<JobLease> LeaseAsync(string queue)
    {
        ImmutableArray<JobLease> leases = [];
        await Waiting.UntilAsync( // again and again: who is silent for long is taken for dead, and gets nothing
            async () => !(leases = await AsSystem(() => Grains.GetGrain<IQueueGrain>($"{queue}/0").Lease("by hand", 1, JobLimits.Heartbeat, TestContext.Current.CancellationToken))).IsEmpty,
            Soon,
            () => $"No job of {queue}.");
        return Assert.Single(leases);
    }

    public async Task<bool> CompleteAsync(JobLease lease, string result)
    {
        var counts = await AsSystem(() => Grains.GetGrain<IJobOwner>(lease.Owner).CompleteJob(lease.JobId, lease.Attempt, result));
        await EndAsync(lease, null);
        return counts;
    }

    public async Task FailAsync(JobLease lease)
    {
        var next = await AsSystem(() => Grains.GetGrain<IJobOwner>(lease.Owner).FailJob(lease.JobId, lease.Attempt, new("BROKEN", "It broke.", MayPass: false), new()));
        await EndAsync(lease, next);
    }

    public Task<bool> ReportAsync(JobLease lease, int progress) =>
        AsSystem(() => Grains.GetGrain<IJobOwner>(lease.Owner).ReportJob(lease.JobId, lease.Attempt, progress, "by hand", null));

    /// <summary>The result of a worker: a model file and a preview, stored for the user.</summary>
    public async Task<string> MadeAsync(ActorsClient user, string? file = null) => JsonSerializer.Serialize(
        new(file ?? await UploadObjAsync(user), ModelFormat.Obj, 80, await user.UploadAsync(app.CreateClient(), Files.Png(100)), []),
        ModelWorkJson.Default.MadeModel);

    /// <summary>The task, once it stands where it is to come to.</summary>
    public static async Task<JsonElement> UntilAsync(ActorsClient user, string task, string status)
    {
        Answer? seen = null;
        await Waiting.UntilAsync(
            async () => (seen = (await user.GetAsync($"/api/v1/tasks/{task}")).Expect(HttpStatusCode.OK)).Data.GetProperty("status").GetString() == status,
            Soon,
            () => $"Not {status}: {seen!.Text}");
        return seen!.Data;
    }

    private async Task EndAsync(JobLease lease, DateTimeOffset? next)
    {
        var queue = lease.Owner.Type == GrainType.Create("generation")
            ? GenerationQueues.Images
            : lease.Work.Contains("imageFileId", StringComparison.Ordinal) ? ModelQueues.Generation : ModelQueues.Import;
        await AsSystem(async () =>
        {
            await Grains.GetGrain<IQueueGrain>($"{queue}/0").Ended(lease.JobId, lease.Attempt, next);
            return true;
        });
    }

    private static async Task<T> AsSystem<T>(Func<Task<T>> call)
    {
        Caller.Current = Caller.System;
        return await call();
    }
}

/// <summary>Tests of models over HTTP, on every store, that are the workers themselves.</summary>
public abstract class HandMadeTests : IAsyncLifetime
{
    protected const string Models = "/api/v1/models";
    protected const string Gallery = "/api/v1/gallery";

    protected static readonly (string, string)[] ByHand = [("Workers:AtOnce", "0"), ("RateLimits:Register", "0")];

    protected ActorsApp App { get; private set; } = null!;

    private protected HandMade Hand => new(App);

    protected abstract Task<ActorsApp> StartAsync();

    public async ValueTask InitializeAsync() => App = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The ids of a list's models, page by page.</summary>
    protected static async Task<List<string>> PagesAsync(ActorsClient client, string path)
    {
        var ids = new List<string>();
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        for (string? cursor = null; ;)
        {
            var page = (await client.GetAsync($"{path}{separator}{(path.Contains("limit", StringComparison.Ordinal) ? "" : "limit=2&")}{(cursor is null ? "" : $"cursor={cursor}")}")).Expect(HttpStatusCode.OK);
            ids.AddRange(page.Data.EnumerateArray().Select(m => Text(m, "id")!));
            cursor = page.Meta.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
            if (cursor is null)
            {
                return ids;
            }
        }
    }

    protected static string? Text(JsonElement json, string field) => json.GetProperty(field).GetString();
}
