using Actors.Providers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Actors.Moderation;

/// <summary>Registers who judges prompts.</summary>
public static class ModerationHosting
{
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Adds the <see cref="IModeration"/> that the configuration names.</summary>
    public static IServiceCollection AddModeration(this IServiceCollection services)
    {
        services.AddProviderClient();
        services.AddOptions<ModerationOptions>().BindConfiguration("Moderation")
            .Validate(
                o => o.Kind is ModerationOptions.None or ModerationOptions.WordList or ModerationOptions.OpenAi, "Moderation:Kind must be none, list or openai.")
            .Validate(o => ProviderHosting.IsBase(o.Url), "Moderation:Url must be an http or https URL without query.")
            .Validate(o => ProviderHosting.IsKey(o.Key), "Moderation:Key must be visible ASCII characters.")
            .Validate(o => !string.IsNullOrWhiteSpace(o.Model), "Moderation:Model must be set.")
            .Validate(o => o.Timeout >= ShortestTimeout && o.Timeout <= LongestTimeout, "Moderation:Timeout must be between 100 ms and 30 s.")
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ModerationOptions>, ReadableList>();
        services.AddSingleton<IModeration>(p => p.GetRequiredService<IOptions<ModerationOptions>>().Value switch
        {
            { Kind: ModerationOptions.OpenAi } => ActivatorUtilities.CreateInstance<OpenAiModeration>(p),
            { Kind: ModerationOptions.WordList } options => Read(options),
            _ => new NoModeration(),
        });
        return services;
    }

    private static WordList Read(ModerationOptions options) => WordList.Parse(File.ReadAllText(options.File!));

    /// <summary>A list that cannot be read stops the start.</summary>
    private sealed class ReadableList : IValidateOptions<ModerationOptions>
    {
        public ValidateOptionsResult Validate(string? name, ModerationOptions options)
        {
            if (options.Kind != ModerationOptions.WordList)
            {
                return ValidateOptionsResult.Success;
            }

            if (string.IsNullOrEmpty(options.File))
            {
                return ValidateOptionsResult.Fail("Moderation:File must name the list.");
            }

            try
            {
                Read(options);
                return ValidateOptionsResult.Success;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
            {
                return ValidateOptionsResult.Fail($"Moderation:File cannot be read: {failure.Message}");
            }
        }
    }
}
