using System.Globalization;
using System.Net;

namespace Actors.Infrastructure;

/// <summary>
/// Real identity providers in Google's and GitHub's place: the npm package oidc-provider, which is installed into a temporary folder. Where
/// there is no Node.js, or the package cannot be had, the asking test is skipped, or fails on CI.
/// </summary>
public sealed class IdentityProviders : IAsyncDisposable
{
    public const string ClientId = "test-client";
    public const string ClientSecret = "test-secret-test-secret-test-secret-1";

    // The lock is for other test runs on the same machine; whoever comes second finds it.
    private const string Install = """
        folder=$1
        mkdir -p "$folder"
        exec 9>"$folder/.lock"
        flock 9
        [ -e "$folder/.done" ] && exit 0
        cd "$folder" && npm install --no-audit --no-fund --no-save --prefix . oidc-provider@9 && : >.done
        """;

    private static readonly TimeSpan InstallDeadline = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);
    private static readonly string Modules = Path.Combine(Path.GetTempPath(), $"actors-oidc-provider-9-{Environment.UserName}");
    private static readonly Lazy<Task<string?>> WhyNot = new(FindAsync);

    private readonly string _folder = Directory.CreateTempSubdirectory("actors-providers-").FullName;
    private ChildProcess? _process;

    private IdentityProviders()
    {
    }

    public Uri Google { get; } = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"));

    public Uri GitHub { get; } = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"));

    /// <summary>Starts both.</summary>
    /// <param name="origin">Where they send browsers back to.</param>
    public static async Task<IdentityProviders> StartNewAsync(string origin)
    {
        if (await WhyNot.Value is { } reason)
        {
            Machine.Lacks($"No identity provider: {reason}");
        }

        var providers = new IdentityProviders();
        try
        {
            await providers.StartAsync(origin);
            return providers;
        }
        catch
        {
            await providers.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            await process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(string origin)
    {
        // Beside its modules, where Node.js looks for them.
        var script = Path.Combine(Modules, $"{Path.GetFileName(_folder)}.mjs");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Providers", "providers.mjs"), script);
        var process = ChildProcess.Start(
            ["node", script, Google.Port.ToString(CultureInfo.InvariantCulture), GitHub.Port.ToString(CultureInfo.InvariantCulture), origin], _folder, "KILL");
        _process = process;
        using var http = new HttpClient();
        await Waiting.UntilAsync(
            async () => await AnswersAsync(http, Google, process) && await AnswersAsync(http, GitHub, process),
            StartDeadline,
            () => $"The providers did not start:\n{process.Output}");
        File.Delete(script);
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri provider, ChildProcess process)
    {
        if (process.HasExited)
        {
            throw new InvalidOperationException($"The providers ended at start:\n{process.Output}");
        }

        try
        {
            using var answer = await http.GetAsync(new Uri(provider, "/.well-known/openid-configuration"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<string?> FindAsync()
    {
        if (!ChildProcess.IsSupported)
        {
            return "it needs a POSIX shell.";
        }

        var folder = Directory.CreateTempSubdirectory("actors-install-").FullName;
        try
        {
            var (found, _) = await ChildProcess.RunAsync(["/bin/sh", "-c", "command -v node && command -v npm"], folder);
            if (found != 0)
            {
                return "there is no Node.js.";
            }

            await using var install = ChildProcess.Start(["/bin/sh", "-c", Install, "install", Modules], folder, "TERM");
            var exitCode = await install.WaitForExitAsync(InstallDeadline);
            return exitCode == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"npm could not install oidc-provider ({exitCode}):\n{install.Output}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
