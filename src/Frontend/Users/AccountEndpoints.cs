using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Actors.Infrastructure.Http;
using Actors.Infrastructure.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Actors.Users;

/// <summary>Proves once more who is asking.</summary>
internal sealed record DeleteAccountRequest
{
    /// <summary>The password; not needed within ten minutes of a login.</summary>
    public string? Password { get; init; }

    /// <summary>A code of the second factor, if there is one and the password is given.</summary>
    public string? Code { get; init; }

    public ProveHimself ToProof() => new() { Password = Password, Code = Code };

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(DeleteAccountRequest);
}

/// <summary>The caller's own account, as a whole, over HTTP.</summary>
internal static class AccountEndpoints
{
    /// <summary>Maps <c>/users/me</c>.</summary>
    public static void MapAccounts(this RouteGroupBuilder users)
    {
        users.MapDelete("/me", Delete).AddEndpointFilter(PasswordGate.Filter)
            .Describe("deleteAccount", "Delete the caller's account; what orders refer to stays, without a name");
        users.MapGet("/me/export", Export).Audited().Describe("exportAccount", "Everything that the caller owns and made, as one JSON document");
    }

    private static async Task<Answer<Deleted>> Delete(
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] DeleteAccountRequest? body, HttpContext context, IGrainFactory grains)
    {
        var identity = (CallerIdentity)context.User.Identity!;
        await grains.GetGrain<IUserGrain>(identity.UserId).DeleteAccount((body ?? new()).ToProof(), identity.SessionId);
        return Answers.Ok(new Deleted(identity.UserId));
    }

    private static async Task<ExportAnswer> Export(HttpContext context, IGrainFactory grains, TimeProvider time)
    {
        var identity = (CallerIdentity)context.User.Identity!;
        var user = grains.GetGrain<IUserGrain>(identity.UserId);
        var export = grains.GetGrain<IUserExportGrain>(identity.UserId);
        await export.Begin();
        return new ExportAnswer(
            time.GetUtcNow(),
            ProfileView.Of(await user.GetProfile()),
            [.. (await user.Sessions()).Select(s => SessionView.Of(s, identity.SessionId))],
            export);
    }
}

/// <summary>What an export holds; rows have the names of their columns.</summary>
/// <param name="ExportedAt">When it began.</param>
/// <param name="User">The user.</param>
/// <param name="Sessions">Where he is logged in.</param>
/// <param name="Identities">Accounts at other systems by which he signs in.</param>
/// <param name="WorkOrders">Work orders that he owns.</param>
/// <param name="Steps">Their steps.</param>
/// <param name="Messages">Messages that he wrote in orders which he owns, works on or reads.</param>
/// <param name="ProgressLogs">Progress that he reported in those orders.</param>
/// <param name="Tasks">Tasks that he asked for.</param>
/// <param name="Files">His files, without their bytes.</param>
/// <param name="Models">His models.</param>
/// <param name="Interactions">What he said of models: likes and favourites.</param>
/// <param name="Reports">What he reported of models.</param>
internal sealed record AccountExport(
    DateTimeOffset ExportedAt,
    ProfileView User,
    ImmutableArray<SessionView> Sessions,
    ImmutableArray<JsonObjectText> Identities,
    ImmutableArray<JsonObjectText> WorkOrders,
    ImmutableArray<JsonObjectText> Steps,
    ImmutableArray<JsonObjectText> Messages,
    ImmutableArray<JsonObjectText> ProgressLogs,
    ImmutableArray<JsonObjectText> Tasks,
    ImmutableArray<JsonObjectText> Files,
    ImmutableArray<JsonObjectText> Models,
    ImmutableArray<JsonObjectText> Interactions,
    ImmutableArray<JsonObjectText> Reports);

/// <summary>
/// An <see cref="AccountExport"/>, written page by page: neither side ever holds the whole. If it cannot go on, the connection breaks, so that
/// nobody takes a part for the whole.
/// </summary>
internal sealed class ExportAnswer(DateTimeOffset at, ProfileView user, ImmutableArray<SessionView> sessions, IUserExportGrain export)
    : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(Envelope<AccountExport>), [MediaTypes.Json]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var options = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var response = httpContext.Response;
        var first = await export.Read(ExportSection.Identities, after: null, httpContext.RequestAborted); // whether it can be read at all
        response.ContentType = MediaTypes.JsonInUtf8;
        response.Headers.ContentDisposition = "attachment; filename=\"export.json\"";
        response.Headers.CacheControl = "no-store";
        await WriteAsync($$"""{"success":true,"data":{"exportedAt":{{Json(at)}},"user":{{Json(user)}},"sessions":{{Json(sessions)}}""");
        foreach (var section in Enum.GetValues<ExportSection>())
        {
            await WriteAsync($",\"{JsonNamingPolicy.CamelCase.ConvertName(section.ToString())}\":[");
            var page = section == ExportSection.Identities ? first : await export.Read(section, after: null, httpContext.RequestAborted);
            var separator = "";
            while (true)
            {
                foreach (var row in page.Rows)
                {
                    await WriteAsync(separator + row);
                    separator = ",";
                }

                if (page.Next is null)
                {
                    break;
                }

                page = await export.Read(section, page.Next, httpContext.RequestAborted);
            }

            await WriteAsync("]");
        }

        await WriteAsync("}}");

        string Json<T>(T value) => JsonSerializer.Serialize(value, options);

        Task WriteAsync(string text) => response.WriteAsync(text, Encoding.UTF8, httpContext.RequestAborted);
    }
}
