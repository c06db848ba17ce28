using Actors.Chaos.Faults;
using Actors.Infrastructure;

namespace Actors.Chaos.Load;

/// <summary>One user at one device: sends command after command, each until it is acknowledged.</summary>
/// <param name="client">His client.</param>
/// <param name="acknowledged">Where he notes what he was told.</param>
/// <param name="stalls">Where he notes how long he was kept waiting.</param>
public sealed class Writer(RetryingClient client, Acknowledged acknowledged, Stalls stalls)
{
    private int _done;

    /// <summary>His acknowledged commands.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>His tries that failed.</summary>
    public int Failures => client.Failures;

    /// <summary>Makes an order of one step that takes any quantity; returns its id.</summary>
    public async Task<string> CreateAsync(string title)
    {
        var order = ActorsClient.NewWorkOrder("cut");
        order["title"] = title;
        order["steps"]![0]!["expectedQuantity"] = 1_000_000_000;
        var id = "";
        await SendAsync("/api/v1/work-orders", order, answer =>
        {
            id = answer.Data.GetProperty("id").GetString()!;
            return new(Topic(id), Effect.Created, title);
        });
        return id;
    }

    public Task MoveAsync(string id, string status, string reason) => SendAsync(
        $"/api/v1/work-orders/{id}/status", new { status, reason }, _ => new(Topic(id), Effect.StatusChanged, reason));

    /// <summary>Reports quantities that no other report of the order has.</summary>
    public Task ReportAsync(string id, long completed, long defective) => SendAsync(
        $"/api/v1/work-orders/{id}/steps/cut/progress",
        new { completedQuantity = completed, defectiveQuantity = defective, confirmationMode = "manual" },
        _ => new(Topic(id), Effect.ProgressReported, Effect.Quantities(completed, defective)));

    /// <summary>Reads the totals of an order's step.</summary>
    public async Task<(long Completed, long Defective)> ReadTotalsAsync(string id)
    {
        var step = (await client.GetAsync($"/api/v1/work-orders/{id}")).Data.GetProperty("steps")[0];
        return (step.GetProperty("completedQuantity").GetInt64(), step.GetProperty("defectiveQuantity").GetInt64());
    }

    public Task SayAsync(string id, string text, string clientMessageId) => SendAsync(
        $"/api/v1/work-orders/{id}/messages",
        new { messageType = "text", payload = new { text }, clientMessageId },
        answer => new(Topic(id), Effect.MessageSent, answer.Data.GetProperty("id").GetString()!));

    private async Task SendAsync(string path, object body, Func<Answer, Effect> effect)
    {
        var answer = await client.PostAsync(path, body);
        acknowledged.Add(effect(answer));
        stalls.OnAcknowledged(client.LastTook, client.LastTries);
        Interlocked.Increment(ref _done);
    }

    private static string Topic(string id) => $"work-orders/{id}";
}
