using System.Security.Cryptography;
using System.Text;

namespace Actors.Users;

/// <summary>Key: the state of the flow. Owns: it is taken once, by the browser that began it, in time.</summary>
internal sealed class SignInFlowGrain(TimeProvider time) : Grain, ISignInFlowGrain
{
    private const int PerClient = 100; // an hour

    private SignInFlow? _flow;
    private DateTimeOffset _end;

    public async Task Begin(SignInFlow flow)
    {
        await GrainFactory.EnsureMayAsync("oauth", flow.Client, PerClient);
        (_flow, _end) = (flow, time.GetUtcNow() + SignInFlow.Lifetime);
        DelayDeactivation(SignInFlow.Lifetime);
    }

    public Task<SignInFlow?> Take(string provider, string browser)
    {
        var flow = _flow;
        _flow = null;
        DeactivateOnIdle();
        return Task.FromResult(flow is not null && flow.Provider == provider && time.GetUtcNow() < _end && IsSame(flow.Browser, browser) ? flow : null);
    }

    private static bool IsSame(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));
}
