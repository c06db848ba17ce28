using System.Collections.Immutable;
using Actors.Generation;

namespace Actors.Models;

/// <summary>A model that a provider made.</summary>
/// <param name="Format">Of its file.</param>
/// <param name="Bytes">Its file.</param>
/// <param name="Parts">Files that it refers to by name; at most <see cref="MadeModel.MaxParts"/>.</param>
/// <param name="Mesh">What is in the file.</param>
internal sealed record ProvidedModel(ModelFormat Format, byte[] Bytes, ImmutableArray<ProvidedPart> Parts, Mesh Mesh);

/// <summary>A file that a model refers to.</summary>
/// <param name="Name">How it does.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Bytes">What is in it.</param>
internal sealed record ProvidedPart(string Name, string ContentType, byte[] Bytes);

/// <summary>What a provider is to make.</summary>
/// <param name="Picture">What the model is made of.</param>
/// <param name="Prompt">What the picture was made of.</param>
/// <param name="EarlierTask">Under which id the provider may be at it already, for an attempt whose worker was stopped or killed; null if it is not.</param>
internal sealed record ModelOrder(Picture Picture, string Prompt, string? EarlierTask = null);

/// <summary>Makes models of pictures.</summary>
internal interface IModelProvider
{
    /// <summary>Its name in jobs, e.g. <c>local</c>.</summary>
    string Name { get; }

    /// <summary>Makes one.</summary>
    /// <param name="order">What.</param>
    /// <param name="progress">Hears how far it is, in percent, and under which id of the provider's.</param>
    /// <param name="cancellationToken">Stops it; at the provider too, unless it is the process that stops: then another goes on with it.</param>
    /// <exception cref="Jobs.JobFailedException">It cannot be made, or not now.</exception>
    Task<ProvidedModel> GenerateAsync(ModelOrder order, Func<int, string?, Task> progress, CancellationToken cancellationToken);
}
