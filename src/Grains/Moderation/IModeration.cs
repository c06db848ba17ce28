namespace Actors.Moderation;

/// <summary>Says whether a prompt may be taken (features 3.16). It is asked before anything of the prompt is written.</summary>
public interface IModeration
{
    /// <summary>Its verdict; never an exception for what can be expected, e.g. that nobody answers. Takes a few seconds at most.</summary>
    Task<ModerationVerdict> JudgeAsync(string prompt);
}

/// <summary>What the moderation says of a prompt.</summary>
public sealed record ModerationVerdict
{
    /// <summary>It may be taken.</summary>
    public static readonly ModerationVerdict Accepted = new();

    /// <summary>Nobody knows: it may be taken later.</summary>
    public static readonly ModerationVerdict Unknown = new();

    private ModerationVerdict()
    {
    }

    /// <summary>What it was rejected as, e.g. <c>violence</c>; null if it was not.</summary>
    public string? Category { get; private init; }

    /// <summary>It may not be taken.</summary>
    public static ModerationVerdict Rejected(string category) => new() { Category = category };

    /// <summary>Refuses by an exception: 422 <c>PROMPT_REJECTED</c>, 503 <c>MODERATION_UNAVAILABLE</c>.</summary>
    public void EnsureAccepted()
    {
        if (Category is not null)
        {
            throw new AppException(ErrorKind.Rule, "PROMPT_REJECTED", $"The prompt is rejected: {Category}.", [new("prompt", Category)]);
        }

        if (ReferenceEquals(this, Unknown))
        {
            throw new AppException(ErrorKind.Unavailable, "MODERATION_UNAVAILABLE", "The prompt cannot be checked at the moment; nothing was changed.");
        }
    }
}

/// <summary>Accepts every prompt.</summary>
public sealed class NoModeration : IModeration
{
    public Task<ModerationVerdict> JudgeAsync(string prompt) => Task.FromResult(ModerationVerdict.Accepted);
}
