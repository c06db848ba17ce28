using System.Net;
using System.Reflection;
using Actors.Inboxes;
using Actors.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Blobs;

/// <summary>Quotas, who else may read, and checks that take long.</summary>
public sealed class UploadLimitTests(PostgresServer server)
{
    [Fact]
    public async Task A_quota_is_exact_however_many_ask_at_once()
    {
        await using var app = new ActorsApp(await server.CreateDatabaseAsync(), ("Uploads:FreeQuota", "1000"));
        var user = await app.RegisterAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => user.AnnounceAsync(Files.Png(100))));

        var taken = answers.Where(a => a.Status == HttpStatusCode.Created).Select(a => a.Data.GetProperty("id").GetString()).ToList();
        Assert.Equal(10, taken.Count);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Created), a => a.ExpectError(HttpStatusCode.UnprocessableEntity, "QUOTA_EXCEEDED"));
        (await user.SendAsync(HttpMethod.Delete, $"/api/v1/uploads/{taken[0]}")).Expect(HttpStatusCode.OK);
        (await user.AnnounceAsync(Files.Png(101))).ExpectError(HttpStatusCode.UnprocessableEntity, "QUOTA_EXCEEDED");
        (await user.AnnounceAsync(Files.Png(100))).Expect(HttpStatusCode.Created);
        var another = await app.RegisterAsync();
        (await another.AnnounceAsync(Files.Png(1_000))).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_number_of_files_is_limited_too()
    {
        await using var app = new ActorsApp(null, ("Uploads:Files", "2"), ("Uploads:FreeQuota", "0"));
        var user = await app.RegisterAsync();
        await user.UploadAsync(app.CreateClient(), Files.Png(100));
        (await user.AnnounceAsync(Files.Png(100))).Expect(HttpStatusCode.Created);

        (await user.AnnounceAsync(Files.Png(100))).ExpectError(HttpStatusCode.UnprocessableEntity, "QUOTA_EXCEEDED");
    }

    [Fact]
    public async Task Whom_a_feature_lets_in_reads_the_file_and_can_do_nothing_else_to_it()
    {
        await using var app = new AppOf(services => services.AddSingleton<IBlobViewers, Friends>());
        var (owner, friend, stranger) = (await app.RegisterAsync(), await app.RegisterAsync(), await app.RegisterAsync());
        var id = await owner.UploadAsync(app.CreateClient(), Files.Png(100));
        Friends.Friend = friend.UserId;
        var reader = new ActorsClient(app.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false })) { Token = friend.Token };

        (await reader.GetAsync($"/api/v1/files/{id}")).Expect(HttpStatusCode.Found);
        (await stranger.GetAsync($"/api/v1/files/{id}")).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
        (await friend.CompleteAsync(id)).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
        (await friend.SendAsync(HttpMethod.Delete, $"/api/v1/uploads/{id}")).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
    }

    [Fact]
    public async Task A_check_that_takes_long_is_asked_for_again_and_not_begun_again()
    {
        await using var app = AppThatHolds();
        var (user, id, held) = await UploadedAsync(app);

        var early = (await user.CompleteAsync(id)).ExpectError(HttpStatusCode.ServiceUnavailable, "UPLOAD_BEING_CHECKED");
        Assert.Equal(TimeSpan.FromSeconds(1), early.Message.Headers.RetryAfter!.Delta);
        held.Release();
        (await user.CompleteAsync(id)).Expect(HttpStatusCode.OK);

        Assert.Equal(1, held.Reads);
    }

    [Fact]
    public async Task What_was_completed_in_time_is_stored_though_its_check_outlives_the_ticket()
    {
        await using var app = AppThatHolds();
        var (user, id, held) = await UploadedAsync(app);
        (await user.CompleteAsync(id)).ExpectError(HttpStatusCode.ServiceUnavailable, "UPLOAD_BEING_CHECKED");

        app.Clock.Ahead = TimeSpan.FromMinutes(61);
        await app.AsAsync(Caller.System, grains => grains.GetGrain<IBlobSweepGrain>(0).Sweep());
        (await user.SignPartsAsync(id, 1)).ExpectError(HttpStatusCode.Conflict, "UPLOAD_EXPIRED");
        (await user.CompleteAsync(id)).ExpectError(HttpStatusCode.ServiceUnavailable, "UPLOAD_BEING_CHECKED");
        held.Release();

        (await user.CompleteAsync(id)).Expect(HttpStatusCode.OK);
    }

    private static AppOf AppThatHolds()
    {
        AppOf? app = null;
        return app = new(services => services.AddSingleton<IBlobStore>(p => HeldStore.Over(
            ActivatorUtilities.CreateInstance<FolderBlobStore>(p, Path.Combine(app!.Folder, "held")))));
    }

    /// <summary>A user, a file of his that he may complete, and the store that holds its check up.</summary>
    private static async Task<(ActorsClient User, string Id, HeldStore Held)> UploadedAsync(AppOf app)
    {
        var (user, bytes) = (await app.RegisterAsync(), Files.Png(1_000));
        var ticket = (await user.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data;
        (await Files.PutAsync(app.CreateClient(), ticket, bytes)).EnsureSuccessStatusCode();
        return (user, ticket.GetProperty("id").GetString()!, (HeldStore)app.Services.GetRequiredService<IBlobStore>());
    }

    private sealed class AppOf(Action<IServiceCollection> change) : AppWithClock
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureTestServices(change);
        }
    }

    private sealed class Friends : IBlobViewers
    {
        public static string? Friend { get; set; }

        public Task<bool> MayReadAsync(Blob blob, Caller caller, CancellationToken cancellationToken) => Task.FromResult(caller.UserId == Friend);
    }

    /// <summary>A store that gives nothing before it is told to.</summary>
    public class HeldStore : DispatchProxy
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private IBlobStore _store = null!;
        private int _reads;

        public int Reads => Volatile.Read(ref _reads);

        public static IBlobStore Over(IBlobStore store)
        {
            var held = Create<IBlobStore, HeldStore>();
            ((HeldStore)held)._store = store;
            return held;
        }

        public void Release() => _released.SetResult();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IBlobStore.GetAsync) ? GetAsync(args!) : targetMethod.Invoke(_store, args);

        private async Task<BlobContent?> GetAsync(object?[] args)
        {
            Interlocked.Increment(ref _reads);
            await _released.Task;
            return await _store.GetAsync((string)args[0]!, (long)args[1]!, (long?)args[2], (CancellationToken)args[3]!);
        }
    }
}
