using Actors.Infrastructure.Http;

namespace Actors.Blobs;

/// <summary>Uploads and files over HTTP.</summary>
internal static class BlobEndpoints
{
    /// <summary>Maps <c>/uploads</c>, <c>/files</c>, and where a process serves its own folder, <c>/blobs</c>.</summary>
    public static void MapBlobs(this RouteGroupBuilder api)
    {
        var uploads = api.MapGroup("/uploads").WithTags("Files");
        uploads.MapPost("/", Reserve).Describe("createUpload", "Announce a file: the answer says where to send its bytes");
        uploads.MapPost("/{id}/parts", SignParts).Describe("signParts", "Ask where to send parts of a file's bytes, instead of all at once");
        uploads.MapGet("/{id}/parts", ListParts).Describe("listParts", "Which parts arrived, to go on with an upload that broke off");
        uploads.MapPost("/{id}/complete", Complete).Describe("completeUpload", "Say that the bytes are sent; they are checked, and the file is stored");
        uploads.MapDelete("/{id}", Delete).Describe("deleteUpload", "Delete a file, or give its upload up");
        api.MapGroup("/files").WithTags("Files").MapGet("/{id}", Read).Describe("readFile", "Leads to a URL that gives the file, for a while, to whoever has it");
        api.MapFolder();
    }

    private static async Task<Created<UploadView>> Reserve(UploadRequest body, HttpContext context, IGrainFactory grains, TimeProvider time)
    {
        var id = CallContext.NewId("blob", Caller.Current!.UserId, time);
        return new(UploadView.Of(await grains.GetGrain<IBlobGrain>(id).Reserve(body.ToCommand()), context), path: null);
    }

    private static async Task<Answer<PartsView>> SignParts(string id, PartsRequest body, HttpContext context, IGrainFactory grains) =>
        Answers.Ok(PartsView.Of(await grains.GetGrain<IBlobGrain>(id).SignParts(body.ToNumbers()), context));

    private static async Task<Answer<UploadParts>> ListParts(string id, IGrainFactory grains) =>
        Answers.Ok(await grains.GetGrain<IBlobGrain>(id).ListParts());

    private static async Task<Answer<FileView>> Complete(string id, HttpContext context, IGrainFactory grains) =>
        Answers.Ok(FileView.Of(await grains.GetGrain<IBlobGrain>(id).Complete(), context));

    private static async Task<Answer<Deleted>> Delete(string id, IGrainFactory grains)
    {
        await grains.GetGrain<IBlobGrain>(id).Delete();
        return Answers.Ok(new Deleted(id));
    }

    private static async Task<Redirected> Read(string id, HttpContext context, IGrainFactory grains, CancellationToken cancellationToken) =>
        new(FileView.At((await grains.GetGrain<IBlobGrain>(id).Link(cancellationToken)).Url, context));
}
