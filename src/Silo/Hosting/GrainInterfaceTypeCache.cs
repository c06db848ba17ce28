using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Metadata;
using Orleans.Serialization.TypeSystem;

namespace Actors.Hosting;

/// <summary>
/// Remembers the names of grain interfaces. Orleans finds a name by reflection each time that a reference is asked for, which costs a tenth of a
/// small request.
/// </summary>
public sealed class GrainInterfaceTypeCache(TypeConverter converter, IServiceProvider services) : IGrainInterfaceTypeProvider
{
    private readonly GrainInterfaceTypeResolver _resolver = new([new AttributeGrainInterfaceTypeProvider(services)], converter);
    private readonly ConcurrentDictionary<Type, GrainInterfaceType> _known = [];

    /// <summary>Puts the cache before Orleans' own providers; to be called before Orleans adds them.</summary>
    public static void AddTo(IServiceCollection services) =>
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGrainInterfaceTypeProvider, GrainInterfaceTypeCache>());

    public bool TryGetGrainInterfaceType(Type type, out GrainInterfaceType grainInterfaceType)
    {
        grainInterfaceType = _known.GetOrAdd(type, static (type, resolver) => resolver.GetGrainInterfaceType(type), _resolver);
        return true;
    }
}
