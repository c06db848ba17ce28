using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Actors.Infrastructure;

/// <summary>A user of the REST API, named by what he means.</summary>
public sealed class ActorsClient(HttpClient http)
{
    public string UserId { get; private set; } = "";

    public string Email { get; private set; } = "";

    public string? Token { get; set; }

    public string RefreshToken { get; set; } = "";

    public const string Password = "correct horse battery";

    /// <summary>A registered user of his own.</summary>
    public static async Task<ActorsClient> RegisteredAsync(HttpClient http)
    {
        var client = new ActorsClient(http);
        await client.RegisterAsync();
        return client;
    }

    /// <summary>The same user by another token.</summary>
    public ActorsClient With(string token) => new(http) { UserId = UserId, Email = Email, Token = token };

    public async Task<Answer> RegisterAsync(string? email = null)
    {
        Email = email ?? $"{Guid.CreateVersion7():n}@example.org";
        var answer = await PostAsync("/api/v1/auth/register", new { email = Email, password = Password, username = "测试" });
        if (answer.Status == HttpStatusCode.Created)
        {
            UserId = answer.Data.GetProperty("user").GetProperty("id").GetString()!;
            Take(answer);
        }

        return answer;
    }

    public async Task LoginAsync(string email, string password)
    {
        var answer = (await PostAsync("/api/v1/auth/login", new { email, password })).Expect(HttpStatusCode.OK);
        (Email, UserId) = (email, answer.Data.GetProperty("user").GetProperty("id").GetString()!);
        Take(answer);
    }

    /// <summary>Exchanges the refresh token for the next pair.</summary>
    public async Task RefreshAsync() =>
        Take((await PostAsync("/api/v1/auth/refresh", new { refreshToken = RefreshToken })).Expect(HttpStatusCode.OK));

    /// <summary>A draft with the given steps, each of ten pieces; returns its id.</summary>
    public async Task<string> CreateWorkOrderAsync(params string[] stepCodes) =>
        (await PostAsync("/api/v1/work-orders", NewWorkOrder(stepCodes))).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!;

    /// <summary>As <see cref="CreateWorkOrderAsync"/>, and released.</summary>
    public async Task<string> CreateReleasedWorkOrderAsync(params string[] stepCodes)
    {
        var id = await CreateWorkOrderAsync(stepCodes);
        (await MoveAsync(id, "released")).Expect(HttpStatusCode.OK);
        return id;
    }

    public static JsonObject NewWorkOrder(params string[] stepCodes) => new()
    {
        ["title"] = "齿轮箱 Gearbox",
        ["priority"] = "normal",
        ["targetQuantity"] = 10,
        ["steps"] = new JsonArray([.. stepCodes.Select(code => new JsonObject
        {
            ["stepCode"] = code, ["stepName"] = $"工序 {code}", ["expectedQuantity"] = 10,
        })]),
    };

    public async Task<JsonElement> GetWorkOrderAsync(string id) =>
        (await GetAsync($"/api/v1/work-orders/{id}")).Expect(HttpStatusCode.OK).Data;

    public Task<Answer> MoveAsync(string id, string status, string? reason = null) =>
        PostAsync($"/api/v1/work-orders/{id}/status", new { status, reason });

    public Task<Answer> ReportAsync(string id, string step, long good, long bad = 0, string? key = null) => SendAsync(
        HttpMethod.Post,
        $"/api/v1/work-orders/{id}/steps/{step}/progress",
        new { completedQuantity = good, defectiveQuantity = bad, confirmationMode = "manual" },
        key is null ? [] : [("Idempotency-Key", key)]);

    public Task<Answer> SayAsync(string id, string text, string? clientMessageId = null) => PostAsync(
        $"/api/v1/work-orders/{id}/messages", new { messageType = "text", payload = new { text }, clientMessageId });

    /// <summary>Every row of a list, page by page.</summary>
    /// <param name="path">The list.</param>
    /// <param name="cursor">What it calls the place to go on from.</param>
    public async Task<List<JsonElement>> GetAllAsync(string path, string cursor = "after")
    {
        var rows = new List<JsonElement>();
        string? from = null;
        while (true)
        {
            var page = (await GetAsync($"{path}?limit=100{(from is null ? "" : $"&{cursor}={Uri.EscapeDataString(from)}")}")).Expect(HttpStatusCode.OK);
            rows.AddRange(page.Data.EnumerateArray());
            if (!page.Meta.TryGetProperty("nextCursor", out var next) || next.GetString() is not { } further)
            {
                return rows;
            }

            Assert.True(further != from, $"The list {path} does not go on after {from}.");
            from = further;
        }
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>Asks until the answer is as expected: what becomes of a session or a user counts everywhere within a second.</summary>
    public async Task<Answer> GetUntilAsync(string path, HttpStatusCode status)
    {
        Answer? answer = null;
        await Waiting.UntilAsync(
            async () => (answer = await GetAsync(path)).Status == status,
            TimeSpan.FromSeconds(1),
            () => $"Expected {status} within a second, got {answer!.Status}: {answer.Text}");
        return answer!;
    }

    public Task<Answer> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers) =>
        SendTextAsync(method, path, body is null ? null : JsonSerializer.Serialize(body), "application/json", headers);

    public async Task<Answer> SendTextAsync(
        HttpMethod method, string path, string? body, string contentType, params (string Name, string Value)[] headers)
    {
        using var request = Request(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        var message = await http.SendAsync(request);
        return new(message.StatusCode, await message.Content.ReadAsStringAsync(), message);
    }

    /// <summary>Opens the live feed of an order.</summary>
    public Task<EventFeed> WatchAsync(string id, string? lastEventId = null, CancellationToken cancellationToken = default) =>
        WatchPathAsync($"/api/v1/work-orders/{id}/events", lastEventId, cancellationToken);

    /// <summary>Opens the live feed of topics.</summary>
    public Task<EventFeed> WatchTopicsAsync(string topics, string? lastEventId = null) =>
        WatchPathAsync($"/api/v1/events?topics={Uri.EscapeDataString(topics)}", lastEventId);

    /// <summary>Opens a stream of events, whatever the answer is.</summary>
    public async Task<HttpResponseMessage> OpenStreamAsync(string path, string? lastEventId, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Opens a WebSocket. Throws <see cref="HttpRequestException"/>, with the status if there was an answer.</summary>
    public async Task<WebSocket> OpenSocketAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {Token}");
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(new UriBuilder(new Uri(http.BaseAddress!, path)) { Scheme = "ws" }.Uri, cancellationToken);
            return socket;
        }
        catch (WebSocketException refused)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            throw new HttpRequestException($"{path}: {refused.Message}", refused, status == default(HttpStatusCode) ? null : status);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<EventFeed> WatchPathAsync(string path, string? lastEventId, CancellationToken cancellationToken = default)
    {
        var message = await OpenStreamAsync(path, lastEventId, cancellationToken);
        Assert.Equal(HttpStatusCode.OK, message.StatusCode);
        return new EventFeed(await message.Content.ReadAsStreamAsync(cancellationToken));
    }

    /// <summary>Goes on with the tokens of an answer.</summary>
    public void Take(Answer answer) =>
        (Token, RefreshToken) = (answer.Data.GetProperty("token").GetString(), answer.Data.GetProperty("refreshToken").GetString()!);

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        if (Token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        }

        return request;
    }
}
