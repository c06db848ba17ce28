using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;

namespace Actors.Webhooks;

/// <summary>Where the events of a task are to be told.</summary>
internal sealed record NewWebhookRequest
{
    /// <summary>Takes a POST for each event; https.</summary>
    [Required, MaxLength(WebhookLimits.Url)]
    public string? Url { get; init; }

    /// <summary>The events that are to be told; by default all.</summary>
    [MinLength(1)]
    public ImmutableArray<WebhookEvent>? Events { get; init; }

    /// <summary>Signs what is sent; it is never told again. Visible ASCII characters; after <c>whsec_</c> it is base 64.</summary>
    [Required, MinLength(WebhookLimits.MinSecret), MaxLength(WebhookLimits.MaxSecret)]
    public string? Secret { get; init; }

    public NewWebhook ToCommand() => new()
    {
        Url = Shape.Required(Url, "webhook.url"),
        Events = Events ?? default,
        Secret = Shape.Required(Secret, "webhook.secret"),
    };
}

/// <summary>The query of a list of deliveries, as text.</summary>
internal sealed record ListWebhookDeliveriesRequest([FromQuery(Name = "cursor")] string? Cursor, [FromQuery(Name = "limit")] string? Limit)
{
    private const int LongestCursor = 1_024;

    public ListWebhookDeliveries ToQuery(string taskId)
    {
        var fields = new QueryFields();
        var query = new ListWebhookDeliveries { TaskId = taskId, Cursor = fields.Text("cursor", Cursor, LongestCursor), Limit = fields.Limit(Limit) };
        fields.Check();
        return query;
    }
}
