using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Actors.Infrastructure.Http;

/// <summary>
/// Answers that were written before. In one process with the silo a grain gives every reader the same immutable object until it changes, so its
/// JSON is written once; it goes with the object. (From a silo elsewhere each answer is an object of its own.)
/// </summary>
internal sealed class WrittenAnswers(IOptions<JsonOptions> options)
{
    private readonly ConditionalWeakTable<object, byte[]> _written = [];

    /// <summary>The envelope with the object, as JSON.</summary>
    public byte[] Of<T>(T data) where T : notnull
    {
        if (!_written.TryGetValue(data, out var json))
        {
            json = JsonSerializer.SerializeToUtf8Bytes(new Envelope<T> { Data = data }, options.Value.SerializerOptions);
            _written.AddOrUpdate(data, json);
        }

        return json;
    }
}
