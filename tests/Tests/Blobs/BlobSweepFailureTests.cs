using System.Net;
using System.Reflection;
using Actors.Inboxes;
using Actors.Infrastructure;
using Actors.Storage;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Blobs;

/// <summary>A store that fails for one blob holds up no other.</summary>
public sealed class BlobSweepFailureTests
{
    [Fact]
    public async Task A_blob_that_cannot_be_forgotten_does_not_keep_those_after_it()
    {
        await using var app = new AppWithBrokenStore();
        var user = await app.RegisterAsync();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await user.AnnounceAsync(Files.Png(10))).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!);
            (await user.SendAsync(HttpMethod.Delete, $"/api/v1/uploads/{ids[i]}")).Expect(HttpStatusCode.OK);
        }

        var store = (BrokenStore)app.Services.GetRequiredService<IBlobStore>();
        store.Broken = ids[0];
        app.Clock.Ahead = TimeSpan.FromDays(3);
        await SweepAsync(app);
        Assert.Equal([ids[0]], await IdsAsync(app));

        store.Broken = null;
        await SweepAsync(app);
        Assert.Empty(await IdsAsync(app));
    }

    private static Task<BlobSweep> SweepAsync(AppWithClock app) => app.AsAsync(Caller.System, grains => grains.GetGrain<IBlobSweepGrain>(0).Sweep());

    private static async Task<string[]> IdsAsync(AppWithClock app) =>
        [.. await app.Services.GetRequiredService<Database>().RowsOfAllUsers().ListAsync("select id from blobs", [], row => row.GetString(0))];

    private sealed class AppWithBrokenStore : AppWithClock
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureTestServices(services => services.AddSingleton<IBlobStore>(p => BrokenStore.Over(
                ActivatorUtilities.CreateInstance<FolderBlobStore>(p, Path.Combine(Folder, "broken")))));
        }
    }

    /// <summary>A store that cannot delete one blob.</summary>
    public class BrokenStore : DispatchProxy
    {
        private IBlobStore _store = null!;

        public string? Broken { get; set; }

        public static IBlobStore Over(IBlobStore store)
        {
            var broken = Create<IBlobStore, BrokenStore>();
            ((BrokenStore)broken)._store = store;
            return broken;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IBlobStore.DeleteAsync) && Broken is { } id && ((string)args![0]!).EndsWith(id, StringComparison.Ordinal)
                ? Task.FromException(new IOException("The disk is broken."))
                : targetMethod.Invoke(_store, args);
    }
}
