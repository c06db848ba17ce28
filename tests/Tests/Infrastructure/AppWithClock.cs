using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Infrastructure;

/// <summary>A system whose clock a test can put forward.</summary>
internal class AppWithClock(string? postgres = null, params (string Name, string Value)[] settings) : ActorsApp(postgres, settings)
{
    public ClockAhead Clock { get; } = new();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(Clock));
    }
}

/// <summary>Tells another time, but its timers run as ever: the cluster beneath does not notice.</summary>
internal sealed class ClockAhead : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
