namespace Actors.Generation;

/// <summary>A picture.</summary>
/// <param name="Bytes">The file.</param>
/// <param name="ContentType">Its media type.</param>
internal sealed record Picture(byte[] Bytes, string ContentType);

/// <summary>Makes pictures of prompts.</summary>
internal interface IImageProvider
{
    /// <summary>Its name in jobs, e.g. <c>local</c>.</summary>
    string Name { get; }

    /// <summary>Makes one.</summary>
    /// <param name="prompt">What to show.</param>
    /// <param name="seed">Tells the pictures of one prompt apart; the same seed and prompt give the same picture, where the provider can do that.</param>
    /// <param name="progress">Hears how far it is, in percent.</param>
    /// <param name="cancellationToken">Stops it, at the provider too.</param>
    Task<Picture> GenerateAsync(string prompt, ulong seed, Func<int, Task> progress, CancellationToken cancellationToken);
}
