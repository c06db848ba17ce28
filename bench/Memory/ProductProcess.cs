using System.Diagnostics;
using Actors.Infrastructure;

namespace Actors.Bench;

/// <summary>The product in a process of its own, as a user starts it, over an empty data folder.</summary>
internal static class ProductProcess
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    /// <summary>Resident memory some time after it is ready, without a request but the one that asks whether it is.</summary>
    /// <param name="folder">For its data.</param>
    /// <param name="settling">How long it is left alone before it is measured.</param>
    public static async Task<long> MeasureIdleAsync(string folder, TimeSpan settling)
    {
        Directory.CreateDirectory(folder);
        var url = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "Actors.Frontend.dll"), "--urls", url.ToString()])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["ACTORS_DATA"] = folder;
        start.Environment.Remove("DATABASE_URL");
        using var product = Process.Start(start)!;
        try
        {
            using var client = new HttpClient { BaseAddress = url };
            await Waiting.UntilAsync(() => IsReadyAsync(client), StartDeadline, () => "The product did not get ready.");
            await Task.Delay(settling);
            product.Refresh();
            return product.WorkingSet64;
        }
        finally
        {
            product.Kill();
            await product.WaitForExitAsync();
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }
}
