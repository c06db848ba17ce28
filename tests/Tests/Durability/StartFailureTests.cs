using Actors.Infrastructure;

namespace Actors.Durability;

/// <summary>What cannot start says why in one sentence, and does not crash.</summary>
public sealed class StartFailureTests
{
    [Fact]
    public async Task A_database_that_cannot_be_reached_is_told_in_one_sentence_without_its_password()
    {
        var url = $"postgresql://anna:secret@127.0.0.1:{FreePort.Next()}/none";

        var output = await OutputOfFailedStartAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["DATABASE_URL"] = url });

        Assert.Contains("Cannot start: The database cannot be used: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", output, StringComparison.Ordinal);
    }

    private static async Task<string> OutputOfFailedStartAsync(Dictionary<string, string> settings) =>
        (await Assert.ThrowsAsync<InvalidOperationException>(() => ActorsProcess.StartAsync(settings))).Message;
}
