using System.Text;
using Actors.Infrastructure;
using Actors.Jobs;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Blobs;

/// <summary>Files that workers make, in the running system.</summary>
public sealed class WorkerFilesTests : IAsyncLifetime
{
    private readonly App _app = new();
    private string _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private WorkerFiles Files => _app.Services.GetRequiredService<WorkerFiles>();

    private IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    public async ValueTask InitializeAsync() => _user = (await _app.RegisterAsync()).UserId;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_stored_file_is_the_users_and_reads_as_it_was_written()
    {
        Caller.Current = Caller.System;

        var id = await MakeAsync(Attempt(1), "o first");

        var file = await Files.FindAsync(id, _user, Cancellation);
        Assert.Equal((_user, BlobStatus.Stored), (file.OwnerId, file.Status));
        Assert.Equal("o first", Encoding.UTF8.GetString(await Files.ReadAsync(file, Cancellation)));
        var refused = await Assert.ThrowsAsync<JobFailedException>(() => Files.FindAsync(id, "somebody else", Cancellation));
        Assert.Equal(("FILE_NOT_FOUND", false), (refused.Failure.Code, refused.Failure.MayPass));
    }

    [Fact]
    public async Task An_attempt_deletes_what_the_attempts_before_it_left_and_their_quota_is_free_again()
    {
        Caller.Current = Caller.System;
        var first = await MakeAsync(Attempt(1), "o first");
        // The second one died before it did anything.
        var third = await MakeAsync(Attempt(3), "o third");

        Assert.Equal((false, true), (await ExistsAsync(first), await ExistsAsync(third)));
        Assert.Equal(1, await CountQuotaAsync());
    }

    [Fact]
    public async Task An_attempt_that_fails_after_storing_leaves_nothing()
    {
        Caller.Current = Caller.System;
        var stored = "";

        await Assert.ThrowsAsync<InvalidOperationException>(() => Files.MakeAsync<string>(
            Attempt(1),
            async () =>
            {
                stored = await StoreAsync(Attempt(1), "o lost");
                throw new InvalidOperationException();
            },
            Cancellation));

        Assert.False(await ExistsAsync(stored));
        Assert.Equal(0, await CountQuotaAsync());
    }

    [Fact]
    public async Task What_the_owner_of_the_job_did_not_want_is_deleted()
    {
        Caller.Current = Caller.System;
        var id = await MakeAsync(Attempt(2), "o unwanted");

        await Files.DiscardAsync(Attempt(2));

        Assert.False(await ExistsAsync(id));
        await Files.DiscardAsync(Attempt(2)); // may be said twice
    }

    [Fact]
    public async Task A_file_whose_check_takes_long_is_asked_for_until_it_is_stored()
    {
        Caller.Current = Caller.System;
        var gate = _app.Store.Close();
        var storing = MakeAsync(Attempt(1), "o slow");
        await gate.Reached.WaitAsync(Cancellation);

        // This call comes after the worker's and is refused as that one was.
        var refused = await Assert.ThrowsAsync<AppException>(() => Grains.GetGrain<IBlobGrain>(Attempt(1).IdOf(0)).Complete());
        Assert.Equal("UPLOAD_BEING_CHECKED", refused.Code);
        gate.Open();

        Assert.True(await ExistsAsync(await storing));
    }

    [Fact]
    public async Task A_store_that_fails_for_a_moment_is_tried_again()
    {
        Caller.Current = Caller.System;
        _app.Store.FailNextPut();

        Assert.True(await ExistsAsync(await MakeAsync(Attempt(1), "o again")));
        Assert.False(_app.Store.WillFail);
    }

    [Fact]
    public async Task A_file_that_the_user_may_not_have_is_a_failure_for_good()
    {
        Caller.Current = Caller.System;

        var refused = await Assert.ThrowsAsync<JobFailedException>(() => Files.StoreAsync(
            Attempt(1), 0, new NewFile(BlobPurpose.Model, "text/html", "x", "<html>"u8.ToArray()), Cancellation));

        Assert.Equal(("VALIDATION_FAILED", false), (refused.Failure.Code, refused.Failure.MayPass));
    }

    private AttemptFiles Attempt(int number) => new("test", _user, _user, number, Most: 2);

    private Task<string> MakeAsync(AttemptFiles files, string text) => Files.MakeAsync(files, () => StoreAsync(files, text), Cancellation);

    private Task<string> StoreAsync(AttemptFiles files, string text) =>
        Files.StoreAsync(files, 0, new NewFile(BlobPurpose.Model, "model/obj", "model.obj", Encoding.UTF8.GetBytes(text)), Cancellation);

    private async Task<bool> ExistsAsync(string id)
    {
        try
        {
            await Grains.GetGrain<IBlobGrain>(id).Link(Cancellation);
            return true;
        }
        catch (AppException gone) when (gone.Code == "FILE_NOT_FOUND")
        {
            return false;
        }
    }

    private async Task<long> CountQuotaAsync()
    {
        var database = _app.Services.GetRequiredService<Actors.Storage.Database>();
        return (await database.RowsOf(_user).ListAsync(
            "select blob_id from blob_quota_items where owner_id = @owner", [("owner", _user)], row => row.GetString(0), Cancellation)).Length;
    }

    private sealed class App : ActorsApp
    {
        public HinderedStore Store => (HinderedStore)Services.GetRequiredService<IBlobStore>();

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureTestServices(services =>
            {
                var real = services.Last(s => s.ServiceType == typeof(IBlobStore));
                services.AddSingleton<IBlobStore>(p => new HinderedStore(
                    (IBlobStore)(real.ImplementationInstance ?? real.ImplementationFactory?.Invoke(p) ?? ActivatorUtilities.CreateInstance(p, real.ImplementationType!))));
            });
        }
    }
}
