using static Actors.WorkOrders.WorkOrderBuilder;

namespace Actors.WorkOrders;

public sealed class ChatRulesTests
{
    private static readonly WorkOrderState Order = new WorkOrderBuilder().Step("cut", assignee: "assignee").Build() with { LastMessageSequence = 4 };

    [Fact]
    public void A_message_gets_the_next_sequence_and_leaves_the_document_alone()
    {
        var (change, message) = Send("""{"text":"你好"}""");

        Assert.Equal((5L, "owner"), (message.Sequence, message.CreatedBy));
        Assert.Equal((5L, 2L, 1L), (change.Next!.LastMessageSequence, change.Next.Version, change.Next.Document.Version));
    }

    [Fact]
    public void Whoever_reads_tells_what_is_left_unread() => Assert.Equal(
        """{"userId":"owner","sequence":3,"unread":1}""",
        WorkOrderRules.MarkRead(Order, new ReadState("order", LastReadSequence: 2, Unread: 1), 3, Owner, Now)!.Data);

    [Theory]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("[1]")]
    [InlineData("{")]
    [InlineData("""{"a":"\u0000"}""")]
    [InlineData("""{"\u0000":1}""")]
    [InlineData("""{"a":["\ud800"]}""")]
    public void A_payload_is_an_object_that_every_store_can_hold(string payload) =>
        Assert.Equal(["payload"], Refused.Fields(() => Send(payload)));

    [Fact]
    public void A_payload_has_a_limit_in_bytes()
    {
        Assert.Equal(["payload"], Refused.Fields(() => Send($$"""{"text":"{{new string('中', WorkOrderLimits.PayloadBytes / 3)}}"}""")));
        Assert.NotNull(Send($$"""{"text":"{{new string('x', WorkOrderLimits.PayloadBytes - 11)}}"}""").Message);
    }

    [Fact]
    public void Only_who_runs_the_order_sends_system_messages()
    {
        Assert.Equal("FORBIDDEN", Refused.With(() => Send("{}", MessageType.System, Assignee)));
        Assert.NotNull(Send("{}", MessageType.System, Manager).Message);
    }

    [Fact]
    public void A_message_is_edited_by_its_author_only()
    {
        var message = Send("{}").Message;

        var (change, edited) = WorkOrderRules.EditMessage(Order, message, new(message.Id, """{"text":"b"}"""), Owner, Now);

        Assert.Equal((Now, WorkOrderEvents.MessageEdited), (edited.EditedAt, change!.Kind));
        Assert.Equal("FORBIDDEN", Refused.With(() => WorkOrderRules.EditMessage(Order, message, new(message.Id, "{}"), Manager, Now)));
        Assert.Equal("MESSAGE_NOT_FOUND", Refused.With(() => WorkOrderRules.EditMessage(Order, null, new("x", "{}"), Owner, Now)));
    }

    [Fact]
    public void A_deleted_message_keeps_its_place_without_payload_and_stays_deleted()
    {
        var (change, deleted) = WorkOrderRules.DeleteMessage(Order, Send("{}").Message, Owner, Now);

        Assert.Equal((null, 5L, WorkOrderEvents.MessageDeleted), (deleted.Payload, deleted.Sequence, change!.Kind));
        Assert.Null(WorkOrderRules.DeleteMessage(Order, deleted, Owner, Now).Change);
        Assert.Equal("MESSAGE_DELETED", Refused.With(() => WorkOrderRules.EditMessage(Order, deleted, new(deleted.Id, "{}"), Owner, Now)));
    }

    [Fact]
    public void A_read_cursor_only_moves_forward_and_not_beyond_the_last_message()
    {
        var read = new ReadState("order", 2, 1);

        Assert.NotNull(WorkOrderRules.MarkRead(Order, read, 3, Owner, Now));
        Assert.Null(WorkOrderRules.MarkRead(Order, read, 2, Owner, Now));
        Assert.Equal(["sequence"], Refused.Fields(() => WorkOrderRules.MarkRead(Order, read, 5, Owner, Now)));
        Assert.Equal(["sequence"], Refused.Fields(() => WorkOrderRules.MarkRead(Order, read, -1, Owner, Now)));
    }

    private static (Change<WorkOrderState> Change, ChatMessage Message) Send(string payload, MessageType type = MessageType.Text, Caller? caller = null) =>
        WorkOrderRules.SendMessage(Order, new() { MessageType = type, Payload = payload }, caller ?? Owner, Now);
}
