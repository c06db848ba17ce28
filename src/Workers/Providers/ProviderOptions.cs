namespace Actors.Providers;

/// <summary>Who makes images and models. Configuration section <c>Providers</c>, of the processes that do jobs.</summary>
public sealed class ProviderOptions
{
    /// <summary>Who makes images.</summary>
    public ImageProviderOptions Images { get; set; } = new();

    /// <summary>Who makes models.</summary>
    public ModelProviderOptions Models { get; set; } = new();
}

/// <summary>Who makes images.</summary>
public sealed class ImageProviderOptions
{
    /// <summary>Drawn by this process.</summary>
    public const string Local = "local";

    /// <summary>An API as OpenAI's.</summary>
    public const string OpenAi = "openai";

    /// <summary><see cref="Local"/> or <see cref="OpenAi"/>. Default <see cref="Local"/>.</summary>
    public string Kind { get; set; } = Local;

    /// <summary>Where the API is; <c>/v1/images/generations</c> is added. Default OpenAI's.</summary>
    public Uri Url { get; set; } = new("https://api.openai.com");

    /// <summary>The key of our account there; never logged. Default none: no key is sent.</summary>
    public string? Key { get; set; }

    /// <summary>Which of its models. Default <c>gpt-image-1</c>.</summary>
    public string Model { get; set; } = "gpt-image-1";

    /// <summary>Limit for one request. Default 3 min, 1 s to 10 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(3);
}

/// <summary>Who makes models.</summary>
public sealed class ModelProviderOptions
{
    /// <summary>A relief, made by this process.</summary>
    public const string Local = "local";

    /// <summary>An API of tasks, as Meshy's.</summary>
    public const string Http = "http";

    /// <summary><see cref="Local"/> or <see cref="Http"/>. Default <see cref="Local"/>.</summary>
    public string Kind { get; set; } = Local;

    /// <summary>Where its tasks are. Default Meshy's.</summary>
    public Uri Url { get; set; } = new("https://api.meshy.ai/openapi/v1/image-to-3d");

    /// <summary>The key of our account there; never logged. Default none: no key is sent.</summary>
    public string? Key { get; set; }

    /// <summary>Which of its models. Default none: the provider's own choice.</summary>
    public string? Model { get; set; }

    /// <summary>Limit for one request, also for the download of a model. Default 2 min, 1 s to 10 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often a task is asked for. Default 3 s, 50 ms to 1 min.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromSeconds(3);
}
