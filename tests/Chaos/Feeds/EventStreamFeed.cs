using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Actors.Infrastructure;

namespace Actors.Chaos.Feeds;

/// <summary>Server-sent events.</summary>
/// <param name="name">What to call it.</param>
/// <param name="path">Its address.</param>
/// <param name="covers">Which topics it tells of.</param>
/// <param name="from">The token to begin after; null for now.</param>
public sealed class EventStreamFeed(string name, string path, Func<string, bool> covers, string? from) : IFeed
{
    // Crews write all the time: a connection that brings nothing for so long is dead, whatever it looks like.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(20);

    private SseParser<string>? _parser;
    private string? _token = from;

    public string Name => name;

    public string? Token => _parser?.LastEventId is { Length: > 0 } id ? id : _token;

    public bool Covers(string topic) => covers(topic);

    public async IAsyncEnumerable<LiveChange> OpenAsync(ActorsClient user, [EnumeratorCancellation] CancellationToken end)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(end);
        silence.CancelAfter(LongestSilence);
        using var answer = await user.OpenStreamAsync(path, Token, silence.Token);
        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException(await answer.Content.ReadAsStringAsync(silence.Token), inner: null, answer.StatusCode);
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(silence.Token);
        _parser = SseParser.Create(stream);
        try
        {
            await foreach (var item in _parser.EnumerateAsync(silence.Token))
            {
                var change = LiveChange.Read(JsonDocument.Parse(item.Data).RootElement);
                if (change is null)
                {
                    yield break;
                }

                yield return change;
                silence.CancelAfter(LongestSilence);
            }
        }
        finally
        {
            _token = Token;
            _parser = null;
        }
    }
}
