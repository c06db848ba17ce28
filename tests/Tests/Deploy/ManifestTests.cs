using System.Globalization;
using Actors.Infrastructure;
using k8s.Models;
using YamlDotNet.Core;

namespace Actors.Deploy;

/// <summary>The manifests fit the API's schema, to each other, and to the programs that they start.</summary>
public sealed class ManifestTests
{
    private const string Url = "ASPNETCORE_URLS";

    public static TheoryData<string> Deployments { get; } = [.. Manifests.Of<V1Deployment>().Select(d => d.Metadata.Name)];

    public static TheoryData<string> Workloads { get; } = [.. Manifests.Workloads.Select(w => w.Name)];

    [Fact]
    public void Every_manifest_is_listed_and_parses_strictly()
    {
        Assert.Equal(
            Repository.Files(Manifests.Folder, "*.yaml").Select(Path.GetFileName).Where(f => f != Manifests.Kustomization),
            Manifests.Resources.Order(StringComparer.Ordinal));
        Assert.Equal(Manifests.All.Count, Manifests.All.Select(o => (o.Kind, o.Metadata.Name)).Distinct().Count());
        Assert.All(Manifests.All, o => Assert.Null(o.Metadata.NamespaceProperty));
    }

    [Fact]
    public void An_unknown_field_is_refused() => Assert.ThrowsAny<YamlException>(() => Manifests.Parse(
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: a}
        automountToken: false
        """).ToList());

    [Fact]
    public async Task Kustomize_builds_the_same_objects()
    {
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl"))))
        {
            Assert.Skip("There is no kubectl; the other tests read the listed files themselves.");
        }

        var (exitCode, output) = await ChildProcess.RunAsync(["kubectl", "kustomize", Manifests.Folder], Repository.Root);
        Assert.True(exitCode == 0, output);
        Assert.Equal(
            Manifests.All.Select(o => $"{o.Kind} {o.Metadata.Name}").Order(StringComparer.Ordinal),
            Manifests.Parse(output).Select(o => $"{o.Kind} {o.Metadata.Name}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void A_pod_has_no_more_rights_than_it_needs(string workload)
    {
        var pod = PodOf(workload);
        var container = Assert.Single(pod.Containers);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.Contains(pod.ServiceAccountName, Manifests.Of<V1ServiceAccount>().Select(a => a.Metadata.Name));
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.Contains("memory", container.Resources.Limits.Keys);
        Assert.Equal(["cpu", "memory"], container.Resources.Requests.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void What_a_pod_refers_to_exists(string workload)
    {
        var pod = PodOf(workload);
        var container = pod.Containers[0];
        Assert.All(container.EnvFrom ?? [], source => Assert.NotNull(Config(source.ConfigMapRef.Name)));
        Assert.All(container.VolumeMounts ?? [], mount => Assert.Contains(mount.Name, pod.Volumes.Select(v => v.Name)));
        foreach (var secret in (container.Env ?? []).Select(e => e.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>())
        {
            // Made by hand: the runbook has the command.
            Assert.Contains(
                Repository.Read("docs/operations.md").Split('\n'),
                line => line.Contains($"create secret generic {secret.Name} ", StringComparison.Ordinal)
                    && line.Contains($" --from-literal={secret.Key}=", StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Deployments))]
    public void Probes_ask_paths_and_ports_that_the_program_serves(string deployment)
    {
        var container = PodOf(deployment).Containers[0];
        var source = string.Concat(Repository.Files("src", "*.cs").Where(f => f.Contains("/Hosting/", StringComparison.Ordinal)).Select(Repository.Read));
        Assert.All([container.StartupProbe, container.LivenessProbe, container.ReadinessProbe], probe =>
        {
            Assert.Contains($"\"{probe.HttpGet.Path}\"", source, StringComparison.Ordinal);
            Assert.Equal($"http://+:{Port(container, probe.HttpGet.Port.Value)}", Settings(container)[Url]);
        });
        Assert.Equal("/health/ready", container.ReadinessProbe.HttpGet.Path);
        Assert.Equal("/health/live", container.LivenessProbe.HttpGet.Path);
    }

    [Theory]
    [MemberData(nameof(Deployments))]
    public void A_pod_has_the_time_to_drain(string deployment)
    {
        var pod = PodOf(deployment);
        var container = pod.Containers[0];
        var settings = Settings(container);
        var drain = TimeSpan.Parse(settings["Shutdown__Drain"], CultureInfo.InvariantCulture);
        var finish = TimeSpan.Parse(settings["Shutdown__Finish"], CultureInfo.InvariantCulture);
        var head = TimeSpan.FromSeconds(container.Lifecycle.PreStop.Sleep.Seconds);
        Assert.True(TimeSpan.FromSeconds(pod.TerminationGracePeriodSeconds!.Value) > head + drain + finish);
        Assert.True(drain >= TimeSpan.FromSeconds(2 * container.ReadinessProbe.PeriodSeconds!.Value));
    }

    [Fact]
    public void Services_budgets_and_policies_select_pods_and_name_their_ports()
    {
        Assert.All(Manifests.Of<V1Service>(), service =>
        {
            var container = Selected(service.Spec.Selector);
            Assert.All(service.Spec.Ports, port => Port(container, port.TargetPort.Value));
        });
        Assert.All(Manifests.Of<V1PodDisruptionBudget>(), budget => Selected(budget.Spec.Selector.MatchLabels));
        Assert.All(Manifests.Of<V1Deployment>(), deployment => Assert.Equal(
            deployment.Spec.Template.Metadata.Labels.OrderBy(l => l.Key), deployment.Spec.Selector.MatchLabels.OrderBy(l => l.Key)));
        Assert.All(Manifests.Of<V1NetworkPolicy>(), policy =>
        {
            var container = Selected(policy.Spec.PodSelector.MatchLabels);
            Assert.All(policy.Spec.Ingress.SelectMany(rule => rule.Ports), port => Port(container, port.Port.Value));
            Assert.All(policy.Spec.Ingress.SelectMany(rule => rule.FromProperty ?? []), peer => Selected(peer.PodSelector.MatchLabels));
        });
        Assert.All(Manifests.Of<V2HorizontalPodAutoscaler>(), scaler => Assert.Null(
            Manifests.Of<V1Deployment>().Single(d => d.Metadata.Name == scaler.Spec.ScaleTargetRef.Name).Spec.Replicas));
    }

    [Fact]
    public void Only_silos_and_their_clients_reach_the_gateway_and_only_silos_the_silo_port()
    {
        var rules = Manifests.Of<V1NetworkPolicy>().Single(p => p.Metadata.Name == "actors-silo").Spec.Ingress;
        Assert.Equal(["silo"], Peers("silo"));
        Assert.Equal(["frontend", "silo", "worker"], Peers("gateway"));
        Assert.All(rules.Where(r => r.FromProperty is null), open => Assert.Equal("http", Assert.Single(open.Ports).Port.Value));

        IEnumerable<string> Peers(string port) => rules.Where(r => r.Ports.Any(p => p.Port.Value == port))
            .SelectMany(r => r.FromProperty).Select(p => p.PodSelector.MatchLabels["app.kubernetes.io/component"]).Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("actors-frontend", null)]
    [InlineData("actors-worker", "actors-files")]
    public void Clients_have_no_database_and_find_the_silos_service_and_port(string deployment, string? secret)
    {
        var client = PodOf(deployment).Containers[0];
        Assert.All(client.Env ?? [], e => Assert.Equal(secret, e.ValueFrom.SecretKeyRef.Name)); // neither the database nor a key
        var gateway = Settings(client)["Cluster__Gateways__0"].Split(':');
        var service = Manifests.Of<V1Service>().Single(s => s.Metadata.Name == gateway[0]);
        Assert.Equal("None", service.Spec.ClusterIP);
        Assert.Contains(service.Spec.Ports, p => p.Port.ToString(CultureInfo.InvariantCulture) == gateway[1]);

        var silo = PodOf("actors-silo").Containers[0];
        Assert.Equal(gateway[1], Settings(silo)["Cluster__GatewayPort"]);
        Assert.Equal(Port(silo, "gateway").ToString(CultureInfo.InvariantCulture), gateway[1]);
        Assert.Equal(Port(silo, "silo").ToString(CultureInfo.InvariantCulture), Settings(silo)["Cluster__SiloPort"]);
    }

    private static V1PodSpec PodOf(string workload) => Manifests.Workloads.Single(w => w.Name == workload).Template.Spec;

    private static V1ConfigMap Config(string name) => Manifests.Of<V1ConfigMap>().Single(c => c.Metadata.Name == name);

    private static Dictionary<string, string> Settings(V1Container container) =>
        container.EnvFrom.SelectMany(source => Config(source.ConfigMapRef.Name).Data).ToDictionary(StringComparer.Ordinal);

    private static int Port(V1Container container, string name) => container.Ports.Single(p => p.Name == name).ContainerPort;

    private static V1Container Selected(IDictionary<string, string> labels) => Assert.Single(
        Manifests.Of<V1Deployment>(), d => labels.All(d.Spec.Template.Metadata.Labels.Contains)).Spec.Template.Spec.Containers[0];
}
