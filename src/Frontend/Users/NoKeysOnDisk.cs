using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Actors.Users;

/// <summary>
/// Keeps the keys that protect cookies in memory. Authentication brings them along; nothing here uses cookies, so no key file
/// in somebody's home directory is worth having.
/// </summary>
internal sealed class NoKeysOnDisk : IXmlRepository
{
    private readonly ConcurrentQueue<XElement> _elements = new();

    public IReadOnlyCollection<XElement> GetAllElements() => [.. _elements];

    public void StoreElement(XElement element, string friendlyName) => _elements.Enqueue(element);
}
