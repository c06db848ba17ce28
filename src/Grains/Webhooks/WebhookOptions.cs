namespace Actors.Webhooks;

/// <summary>Which webhooks may be asked for. Configuration section <c>Webhooks</c>, of the silos.</summary>
public sealed class WebhookOptions
{
    /// <summary>Whether URLs may begin with <c>http:</c>. Default false.</summary>
    public bool AllowHttp { get; set; }
}
