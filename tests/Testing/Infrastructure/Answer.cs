using System.Net;
using System.Text.Json;

namespace Actors.Infrastructure;

/// <summary>An HTTP answer, read.</summary>
public sealed record Answer(HttpStatusCode Status, string Text, HttpResponseMessage Message)
{
    private JsonElement? _body;

    public JsonElement Body => _body ??= JsonDocument.Parse(Text).RootElement;

    public JsonElement Data => Body.GetProperty("data");

    public JsonElement Meta => Body.GetProperty("meta");

    public JsonElement Error => Body.GetProperty("error");

    public string? Code => Text.Length > 0 && Body.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null;

    public string? ETag => Message.Headers.ETag?.ToString();

    /// <summary>The answer, if it is a success; a failed test that shows it otherwise.</summary>
    public Answer Expect(HttpStatusCode status)
    {
        Assert.True(Status == status, $"Expected {status}, got {Status}: {Text}");
        return this;
    }

    /// <summary>The answer, if it is this error in the envelope; a failed test otherwise.</summary>
    public Answer ExpectError(HttpStatusCode status, string code)
    {
        Assert.True(Status == status && Code == code, $"Expected {status} {code}, got {Status}: {Text}");
        Assert.False(Body.GetProperty("success").GetBoolean());
        return this;
    }
}
