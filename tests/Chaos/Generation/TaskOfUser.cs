using Actors.Infrastructure;

namespace Actors.Chaos.Generation;

/// <summary>One task, from its prompt to its model that everybody likes, by clients that retry.</summary>
/// <param name="users">Everybody; whose task it is follows from its number.</param>
/// <param name="number">Makes its prompt unlike any other.</param>
internal sealed class TaskOfUser(RetryingClient[] users, int number)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly RetryingClient _user = users[number % users.Length];

    public async Task RunAsync()
    {
        var id = (await _user.PostAsync("/api/v1/tasks", new { prompt = $"齿轮 {number}" })).Data.GetProperty("id").GetString()!;
        await UntilAsync(id, "IMAGE_COMPLETED");
        await _user.PatchAsync($"/api/v1/tasks/{id}", new { selectedImageIndex = number % 4 });
        var task = await UntilAsync(id, "COMPLETED");
        var model = task.Data.GetProperty("model").GetProperty("id").GetString()!;
        await _user.PostAsync($"/api/v1/models/{model}/publish", new { });
        await Task.WhenAll(users.Select(u => u.PutAsync($"/api/v1/models/{model}/like")));
    }

    private async Task<Answer> UntilAsync(string id, string status)
    {
        Answer? seen = null;
        await Waiting.UntilAsync(
            async () => (seen = await _user.GetAsync($"/api/v1/tasks/{id}")).Data.GetProperty("status").GetString() == status,
            Patience,
            () => $"Not {status}: {seen!.Text}");
        return seen!;
    }
}
