namespace Actors.Webhooks;

/// <summary>How webhooks are told. Configuration section <c>Webhooks</c>, of the processes that do jobs.</summary>
public sealed class WebhookSenderOptions
{
    /// <summary>Whether receivers may have addresses that are not public: loopback, private, link-local and the like. Default false.</summary>
    public bool AllowPrivateNetworks { get; set; }

    /// <summary>Limit for one attempt. Default 10 s, 1 s to 1 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}
