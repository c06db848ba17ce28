using System.Text;
using System.Text.Json;

namespace Actors.WorkOrders;

internal static partial class WorkOrderRules
{
    public static (Change<WorkOrderState> Change, ChatMessage Message) SendMessage(
        WorkOrderState? state, SendMessage command, Caller caller, DateTimeOffset now)
    {
        var present = WorkOrderAccess.Visible(state, caller);
        new Validator()
            .Defined("messageType", command.MessageType)
            .OptionalText("clientMessageId", command.ClientMessageId, CommandKey.MaxLength)
            .That(IsPayload(command.Payload), "payload", PayloadMessage)
            .ThrowIfInvalid();
        if (command.MessageType == MessageType.System && !WorkOrderAccess.May(caller, Permission.RunWorkOrder, present.Document))
        {
            throw Errors.Forbidden("Only who runs the order may send system messages.");
        }

        var message = new ChatMessage
        {
            Id = Ids.New(now),
            WorkOrderId = present.Document.Id,
            Sequence = present.LastMessageSequence + 1,
            MessageType = command.MessageType,
            Payload = command.Payload,
            ClientMessageId = command.ClientMessageId,
            CreatedBy = caller.UserId,
            CreatedAt = now,
        };
        return (
            new(
                present.WithChat(message.Sequence),
                WorkOrderEvents.MessageSent,
                MessageData(message),
                [WorkOrderRows.Messages.Insert(message)]),
            message);
    }

    public static (Change<WorkOrderState>? Change, ChatMessage Message) EditMessage(
        WorkOrderState? state, ChatMessage? message, EditMessage command, Caller caller, DateTimeOffset now)
    {
        var present = WorkOrderAccess.Visible(state, caller);
        new Validator().That(IsPayload(command.Payload), "payload", PayloadMessage).ThrowIfInvalid();
        var own = EnsureOwn(message, caller);
        if (own.DeletedAt is not null)
        {
            throw new AppException(ErrorKind.Conflict, "MESSAGE_DELETED", "The message was deleted.");
        }

        var edited = own with { Payload = command.Payload, EditedAt = now };
        return (
            new(
                present.WithChat(present.LastMessageSequence),
                WorkOrderEvents.MessageEdited,
                MessageData(edited),
                [WorkOrderRows.Messages.Update(edited)]),
            edited);
    }

    public static (Change<WorkOrderState>? Change, ChatMessage Message) DeleteMessage(
        WorkOrderState? state, ChatMessage? message, Caller caller, DateTimeOffset now)
    {
        var present = WorkOrderAccess.Visible(state, caller);
        var own = EnsureOwn(message, caller);
        if (own.DeletedAt is not null)
        {
            return (null, own);
        }

        var deleted = own with { Payload = null, DeletedAt = now };
        return (
            new(
                present.WithChat(present.LastMessageSequence),
                WorkOrderEvents.MessageDeleted,
                MessageData(deleted),
                [WorkOrderRows.Messages.Update(deleted)]),
            deleted);
    }

    /// <param name="state">The order.</param>
    /// <param name="read">What the caller had read before, and what is unread once he has read that far.</param>
    /// <param name="sequence">Up to where he has read now.</param>
    /// <param name="caller">The reader.</param>
    /// <param name="now">When.</param>
    public static Change<WorkOrderState>? MarkRead(WorkOrderState? state, ReadState read, long sequence, Caller caller, DateTimeOffset now)
    {
        var present = WorkOrderAccess.Visible(state, caller);
        new Validator().Range("sequence", sequence, 0, present.LastMessageSequence).ThrowIfInvalid();
        return sequence <= read.LastReadSequence
            ? null
            : new(
                present.WithChat(present.LastMessageSequence),
                WorkOrderEvents.MessagesRead,
                JsonSerializer.Serialize(new(caller.UserId, sequence, read.Unread), WorkOrderEventsJson.Default.MessagesRead),
                [WorkOrderRows.ReadCursors.Upsert(new(present.Document.Id, caller.UserId, sequence, now))]);
    }

    private const string PayloadMessage = "must be a JSON object of at most 16 KiB, without U+0000";

    private static string MessageData(ChatMessage message) => JsonSerializer.Serialize(
        new(message.Id, message.Sequence, message.MessageType), WorkOrderEventsJson.Default.MessageChanged);

    private static ChatMessage EnsureOwn(ChatMessage? message, Caller caller)
    {
        if (message is null)
        {
            throw new AppException(ErrorKind.NotFound, "MESSAGE_NOT_FOUND", "The work order has no such message.");
        }

        return Permissions.Allows(caller, Permission.ChangeMessage, message.CreatedBy == caller.UserId ? Relation.Author : Relation.None)
            ? message
            : throw Errors.Forbidden("Only its author may change a message.");
    }

    /// <summary>Whether it is a JSON object that every store can hold: PostgreSQL refuses U+0000 and broken surrogate pairs.</summary>
    private static bool IsPayload(string payload)
    {
        if (payload is null || Encoding.UTF8.GetByteCount(payload) > WorkOrderLimits.PayloadBytes)
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 16 });
            return document.RootElement.ValueKind == JsonValueKind.Object && HasPlainStrings(document.RootElement);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool HasPlainStrings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => !element.GetString()!.Contains('\0'),
        JsonValueKind.Array => element.EnumerateArray().All(HasPlainStrings),
        JsonValueKind.Object => element.EnumerateObject().All(p => !p.Name.Contains('\0') && HasPlainStrings(p.Value)),
        _ => true,
    };
}
