using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Actors.Storage;

namespace Actors.Webhooks;

/// <summary>A row of <c>webhook_secrets</c>: what signs the deliveries of a task, encrypted. Apart from the task, so that nothing that shows tasks can show it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="Protected">The secret, encrypted for this task alone.</param>
internal sealed record WebhookSecret(string TaskId, string UserId, string Protected)
{
    public static readonly Table<WebhookSecret> Table = new Table<WebhookSecret>("webhook_secrets")
        .Key("request_id", s => s.TaskId)
        .Text("user_id", s => s.UserId)
        .Text("secret", s => s.Protected);

    private const string Base64Mark = "whsec_";

    /// <summary>Encrypts a secret that was found right.</summary>
    public static WebhookSecret Of(string taskId, string userId, string secret, ISecrets secrets) =>
        new(taskId, userId, secrets.Protect(PurposeOf(taskId), Encoding.ASCII.GetBytes(secret)));

    /// <summary>Whether it can sign: visible ASCII, and after <c>whsec_</c> base 64 of something.</summary>
    public static bool IsUsable(string secret) =>
        secret.Length is >= WebhookLimits.MinSecret and <= WebhookLimits.MaxSecret
        && secret.All(c => c is > ' ' and <= '~')
        && (!secret.StartsWith(Base64Mark, StringComparison.Ordinal) || Base64.IsValid(secret.AsSpan(Base64Mark.Length)));

    /// <summary>As <see cref="Sign(string, string, long, string)"/>, with this secret.</summary>
    public string Sign(string id, long timestamp, string body, ISecrets secrets) =>
        Sign(Encoding.ASCII.GetString(secrets.Unprotect(PurposeOf(TaskId), Protected)), id, timestamp, body);

    /// <summary>The header <c>webhook-signature</c> (Standard Webhooks): <c>v1,</c> and HMAC-SHA256 of <c>id.timestamp.body</c> in base 64.</summary>
    public static string Sign(string secret, string id, long timestamp, string body)
    {
        var key = secret.StartsWith(Base64Mark, StringComparison.Ordinal) ? Convert.FromBase64String(secret[Base64Mark.Length..]) : Encoding.ASCII.GetBytes(secret);
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")))}";
    }

    private static string PurposeOf(string taskId) => $"webhook/{taskId}";
}
