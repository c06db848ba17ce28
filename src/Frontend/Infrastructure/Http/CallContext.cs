using System.Security.Cryptography;
using System.Text;
using Actors.Infrastructure.Json;
using Actors.Users;

namespace Actors.Infrastructure.Http;

/// <summary>Says that a command leaves nothing in the audit log: its calls need not carry where they come from.</summary>
internal sealed record NotAudited;

/// <summary>Says that a route is audited though it reads.</summary>
internal sealed record Audited;

/// <summary>
/// Gives each request what grains read beside a call: its idempotency key, and where it comes from. Who calls, <see cref="Admissions"/> has said.
/// </summary>
internal static class CallContext
{
    /// <summary>Makes a command safe to repeat.</summary>
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>Checks path and query for text nobody can store, then sets the origin and the command key.</summary>
    public static IApplicationBuilder UseCallContext(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        CheckPath(context.Request.RouteValues);
        CheckQuery(context.Request);
        if (MayBeAudited(context))
        {
            CallOrigin.Current = new CallOrigin(ClientAddress.Of(context), context.TraceIdentifier);
        }

        if (context.Request.Headers.TryGetValue(IdempotencyKey, out var key) && IsCommand(context.Request.Method) && !SignedUrl.Leads(context))
        {
            CommandKey.Current = await KeyOf(context.Request, key.Count == 1 ? key[0] : null);
        }

        await next(context);
    });

    /// <summary>The id of what a create makes: the same for a repetition, else new.</summary>
    public static string NewId(string kind, string callerId, TimeProvider time) =>
        CommandKey.Current is { } key ? Ids.From(kind, callerId, key.Value) : Ids.New(time.GetUtcNow());

    /// <summary>For commands that come often and are never audited.</summary>
    public static RouteHandlerBuilder NotAudited(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(new NotAudited());

    /// <summary>For the few that read and are audited.</summary>
    public static RouteHandlerBuilder Audited(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(new Audited());

    // What reads is hardly ever written down, but a browser that comes back from another site logs in by a GET.
    private static bool MayBeAudited(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        return metadata?.GetMetadata<Audited>() is not null
            || ((IsCommand(context.Request.Method) || context.User.Identity is not CallerIdentity) && metadata?.GetMetadata<NotAudited>() is null);
    }

    private static bool IsCommand(string method) =>
        HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsPatch(method) || HttpMethods.IsDelete(method);

    private static async Task<CommandKey> KeyOf(HttpRequest request, string? key)
    {
        if (!StandardHeaders.IsVisibleAscii(key, CommandKey.MaxLength))
        {
            throw new AppException(
                ErrorKind.Invalid, "INVALID_IDEMPOTENCY_KEY", $"Idempotency-Key must be 1 to {CommandKey.MaxLength} visible ASCII characters.");
        }

        return new CommandKey { Value = key!, RequestHash = await HashOf(request) };
    }

    // The bytes as sent: a repetition sends the same bytes, and no JSON needs to be compared.
    private static async Task<string> HashOf(HttpRequest request)
    {
        request.EnableBuffering(bufferThreshold: BodyRules.MaxBytes, bufferLimit: BodyRules.MaxBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method}\n{request.Path.Value?.TrimEnd('/')}\n"));
        var buffer = new byte[4096];
        for (var read = 1; read > 0;)
        {
            read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted);
            hash.AppendData(buffer, 0, read);
        }

        request.Body.Position = 0;
        return Convert.ToBase64String(hash.GetHashAndReset());
    }

    private static void CheckPath(RouteValueDictionary values)
    {
        foreach (var (name, value) in values)
        {
            if (value is string text && (string.IsNullOrWhiteSpace(text) || text.Length > Ids.MaxLength || WireText.IsBroken(text)))
            {
                throw Errors.Invalid(name, $"Must be 1 to {Ids.MaxLength} characters, not blank, without control characters.");
            }
        }
    }

    private static void CheckQuery(HttpRequest request)
    {
        if (!request.QueryString.HasValue)
        {
            return;
        }

        foreach (var (name, values) in request.Query)
        {
            if (values.Any(value => WireText.IsBroken(value)))
            {
                throw Errors.Invalid(name, "Must not contain control characters.");
            }
        }
    }
}
