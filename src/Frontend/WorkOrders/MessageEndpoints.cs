using System.Collections.Immutable;
using Actors.Infrastructure.Http;

namespace Actors.WorkOrders;

/// <summary>The chat of a work order.</summary>
internal static class MessageEndpoints
{
    /// <summary>Maps messages, the read cursor and unread counts.</summary>
    public static void MapMessages(this RouteGroupBuilder orders)
    {
        orders.MapPost("/{id}/messages", Send).NotAudited().Describe("sendMessage", "Send a message");
        orders.MapGet("/{id}/messages", List).Describe("listMessages", "Messages after a sequence, oldest first");
        orders.MapPatch("/{id}/messages/{messageId}", Edit).Describe("editMessage", "Edit one's own message");
        orders.MapDelete("/{id}/messages/{messageId}", Delete).Describe("deleteMessage", "Delete one's own message");
        orders.MapPost("/{id}/messages/read", MarkRead).NotAudited().Describe("markMessagesRead", "Mark everything up to a sequence as read");
        orders.MapGet("/unread", CountUnread).Describe("countUnread", "The caller's unread messages, in total and per order");
    }

    private static async Task<Created<ChatMessage>> Send(string id, SendMessageRequest body, IGrainFactory grains) =>
        new(await grains.GetGrain<IWorkOrderGrain>(id).SendMessage(body.ToCommand()), path: null);

    private static async Task<Answer<ImmutableArray<ChatMessage>>> List(
        string id, [AsParameters] RowsRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var (after, limit) = request.ToRange();
        return Answers.Rows(await grains.GetGrain<IWorkOrderGrain>(id).Messages(after, limit, cancellationToken), limit);
    }

    private static async Task<Answer<ChatMessage>> Edit(string id, string messageId, EditMessageRequest body, IGrainFactory grains) =>
        Answers.Ok(await grains.GetGrain<IWorkOrderGrain>(id).EditMessage(body.ToCommand(messageId)));

    private static async Task<Answer<ChatMessage>> Delete(string id, string messageId, IGrainFactory grains) =>
        Answers.Ok(await grains.GetGrain<IWorkOrderGrain>(id).DeleteMessage(messageId));

    private static async Task<Answer<ReadState>> MarkRead(string id, MarkReadRequest body, IGrainFactory grains) =>
        Answers.Ok(await grains.GetGrain<IWorkOrderGrain>(id).MarkRead(body.ToSequence()));

    private static async Task<Answer<Unread>> CountUnread(IGrainFactory grains, CancellationToken cancellationToken) =>
        Answers.Ok(await grains.GetGrain<IWorkOrderQueriesGrain>(0).Unread(cancellationToken));
}
