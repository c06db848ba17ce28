namespace Actors.Moderation;

/// <summary>Who judges prompts. Configuration section <c>Moderation</c>, of the silos.</summary>
public sealed class ModerationOptions
{
    /// <summary>Nobody.</summary>
    public const string None = "none";

    /// <summary>A list of words and patterns.</summary>
    public const string WordList = "list";

    /// <summary>An API as OpenAI's.</summary>
    public const string OpenAi = "openai";

    /// <summary><see cref="None"/>, <see cref="WordList"/> or <see cref="OpenAi"/>. Default <see cref="None"/>.</summary>
    public string Kind { get; set; } = None;

    /// <summary>The file of the list; read at the start.</summary>
    public string? File { get; set; }

    /// <summary>Where the API is; <c>/v1/moderations</c> is added. Default OpenAI's.</summary>
    public Uri Url { get; set; } = new("https://api.openai.com");

    /// <summary>The key of our account there; never logged. Default none: no key is sent.</summary>
    public string? Key { get; set; }

    /// <summary>Which of its models. Default <c>omni-moderation-latest</c>.</summary>
    public string Model { get; set; } = "omni-moderation-latest";

    /// <summary>Limit for one request. Default 3 s, 100 ms to 30 s; whoever asked waits so long, and frontends no longer than <c>Cluster:ResponseTimeout</c>.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether prompts are accepted while the API does not answer. Default false: then they are refused with 503.</summary>
    public bool FailOpen { get; set; }
}
