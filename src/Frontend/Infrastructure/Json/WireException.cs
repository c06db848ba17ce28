using System.Text.Json;

namespace Actors.Infrastructure.Json;

/// <summary>A JSON value of the right kind that no field may have; its message is meant for the caller.</summary>
/// <remarks>The serializer adds the path to any <see cref="JsonException"/> that passes through it.</remarks>
internal sealed class WireException(string message) : JsonException(message);
