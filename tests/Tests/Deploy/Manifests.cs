using Actors.Infrastructure;
using k8s;
using k8s.Models;
using YamlDotNet.Serialization;

namespace Actors.Deploy;

/// <summary>The objects of <c>deploy/k8s/base</c>, parsed so that an unknown field fails.</summary>
internal static class Manifests
{
    public const string Folder = "deploy/k8s/base";

    public const string Kustomization = "kustomization.yaml";

    // The registry of the client's models knows these by "apiVersion/kind"; said here, so that no kind slips through unparsed.
    private static readonly Dictionary<string, Type> Kinds = new(StringComparer.Ordinal)
    {
        ["v1/ServiceAccount"] = typeof(V1ServiceAccount),
        ["v1/ConfigMap"] = typeof(V1ConfigMap),
        ["v1/Service"] = typeof(V1Service),
        ["batch/v1/Job"] = typeof(V1Job),
        ["apps/v1/Deployment"] = typeof(V1Deployment),
        ["policy/v1/PodDisruptionBudget"] = typeof(V1PodDisruptionBudget),
        ["autoscaling/v2/HorizontalPodAutoscaler"] = typeof(V2HorizontalPodAutoscaler),
        ["networking.k8s.io/v1/NetworkPolicy"] = typeof(V1NetworkPolicy),
    };

    /// <summary>The files that the kustomization lists.</summary>
    public static IReadOnlyList<string> Resources { get; } =
        [.. ((List<object>)new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(
            Repository.Read($"{Folder}/{Kustomization}"))["resources"]).Cast<string>()];

    /// <summary>All objects.</summary>
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> All { get; } =
        [.. Resources.SelectMany(file => Parse(Repository.Read($"{Folder}/{file}")))];

    public static IEnumerable<T> Of<T>() => All.OfType<T>();

    /// <summary>What runs pods, by name.</summary>
    public static IEnumerable<(string Name, V1PodTemplateSpec Template)> Workloads =>
        Of<V1Deployment>().Select(d => (d.Metadata.Name, d.Spec.Template)).Concat(Of<V1Job>().Select(j => (j.Metadata.Name, j.Spec.Template)));

    public static IEnumerable<IKubernetesObject<V1ObjectMeta>> Parse(string yaml) =>
        KubernetesYaml.LoadAllFromString(yaml, Kinds, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>();
}
