using Microsoft.Extensions.Options;

namespace Actors;

/// <summary>Counts requests of one kind from one source. Key: <see cref="RateGrains.Key"/>. Memory only.</summary>
internal sealed class RateGrain(IOptions<RateLimitOptions> options, TimeProvider time) : Grain, IRateGrain
{
    private readonly RateWindow _window = new();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        DelayDeactivation(options.Value.Window); // an idle grain would forget its count
        return Task.CompletedTask;
    }

    public Task<RateDecision> Take()
    {
        var key = this.GetPrimaryKeyString();
        _ = WireName.TryParse<RatePurpose>(key[..Math.Max(0, key.IndexOf('/', StringComparison.Ordinal))], out var purpose);
        return Task.FromResult(_window.Take(options.Value.Of(purpose), options.Value.Window, time.GetUtcNow()));
    }
}
