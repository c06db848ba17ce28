using System.Text.Json;
using Actors.Infrastructure.Http;
using Actors.Infrastructure.Json;
using Actors.Live;
using Actors.WorkOrders;

namespace Actors.Tests.Infrastructure;

public sealed class WireJsonTests
{
    private static readonly JsonSerializerOptions Wire = Make();

    [Theory]
    [InlineData("""{"title":"a","targetQuantity":5}""")]
    [InlineData("""{"title":"a","target_quantity":5}""")]
    public void A_field_is_known_in_camel_and_in_snake_case(string body) =>
        Assert.Equal(5, Read<CreateWorkOrderRequest>(body).TargetQuantity);

    [Theory]
    [InlineData("""{"foo":1}""", "UNKNOWN_FIELD", "foo")]
    [InlineData("""{"Title":"a"}""", "UNKNOWN_FIELD", "Title")]
    [InlineData("""{"steps":[{"x":1}]}""", "UNKNOWN_FIELD", "steps[0].x")]
    [InlineData("""{"title":5}""", "INVALID_JSON", "title")]
    [InlineData("""{"targetQuantity":"5"}""", "INVALID_JSON", "targetQuantity")]
    [InlineData("""{"targetQuantity":1.5}""", "INVALID_JSON", "targetQuantity")]
    [InlineData("""{"priority":1}""", "INVALID_JSON", "priority")]
    [InlineData("""{"priority":"soon"}""", "VALIDATION_FAILED", "priority")]
    [InlineData("""{"title":"a","title":"b"}""", "INVALID_JSON", "title")]
    [InlineData("""{"targetQuantity":1,"target_quantity":2}""", "VALIDATION_FAILED", "target_quantity")]
    [InlineData("""{"title":"a\u0000"}""", "VALIDATION_FAILED", "title")]
    [InlineData("""{"title":"\ud800"}""", "INVALID_JSON", "title")]
    [InlineData("""{"startAt":"tomorrow"}""", "VALIDATION_FAILED", "startAt")]
    [InlineData("""{"startAt":"0001-01-01T00:00:00+14:00"}""", "VALIDATION_FAILED", "startAt")]
    public void A_wrong_field_is_named(string body, string code, string field)
    {
        var error = Refusal<CreateWorkOrderRequest>(body);

        Assert.Equal((code, field), (error.Code, Assert.Single(error.Details).Field));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("""{"title":"a",}""")]
    [InlineData("""{"title":"a"/* why */}""")]
    [InlineData("""{"title":"a"} {}""")]
    public void What_is_no_json_object_is_refused(string body) =>
        Assert.Equal("INVALID_JSON", Refusal<CreateWorkOrderRequest>(body).Code);

    [Theory]
    [InlineData("""{"payload":"text"}""")]
    [InlineData("""{"payload":{"a":1,"a":2}}""")]
    [InlineData("""{"payload":{"a":["\u0000"]}}""")]
    [InlineData("""{"payload":{"\ud800":1}}""")]
    [InlineData("""{"payload":{"a":1e999}}""")]
    public void A_payload_that_could_not_be_stored_is_refused(string body) =>
        Assert.Equal("payload", Assert.Single(Refusal<SendMessageRequest>(body).Details).Field);

    [Fact]
    public void A_payload_is_taken_as_it_is_written() =>
        Assert.Equal("""{ "n": 1e5 }""", Read<SendMessageRequest>("""{"payload":{ "n": 1e5 }}""").Payload!.Text);

    [Fact]
    public void A_patch_tells_absent_from_null_from_a_value()
    {
        var patch = Read<ChangeWorkOrderRequest>("""{"start_at":null,"title":"new"}""").ToCommand(expectedVersion: 7);

        Assert.Equal((true, null), (patch.StartAt.IsPresent, patch.StartAt.Value));
        Assert.Equal("new", patch.Title);
        Assert.False(patch.EndAt.IsPresent);
        Assert.Equal(7, patch.ExpectedVersion);
    }

    [Theory]
    [InlineData("2026-03-01T08:00:00+08:00", "2026-03-01T00:00:00Z")]
    [InlineData("2026-03-01T00:00:00", "2026-03-01T00:00:00Z")]
    [InlineData("2026-03-01", "2026-03-01T00:00:00Z")]
    [InlineData("2026-03-01T00:00:00.1234567Z", "2026-03-01T00:00:00.123456Z")]
    public void Times_are_utc_to_the_microsecond(string given, string written)
    {
        var time = Read<CreateWorkOrderRequest>($$"""{"startAt":"{{given}}"}""").StartAt;

        Assert.Equal($"\"{written}\"", JsonSerializer.Serialize(time, Wire));
    }

    [Fact]
    public void Stored_json_stands_as_json_in_an_answer()
    {
        var change = new ChangeEvent { Topic = "t", Kind = "k", Actor = "u", Data = """{"a":1}""" };

        Assert.Contains("""
            "data":{"a":1}
            """, JsonSerializer.Serialize(LiveEvent.Of(change, change.Topic), Wire), StringComparison.Ordinal);
    }

    private static T Read<T>(string body) => JsonSerializer.Deserialize<T>(body, Wire)!;

    private static Error Refusal<T>(string body) => JsonErrors.Describe(Assert.ThrowsAny<JsonException>(() => Read<T>(body)));

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions();
        WireJson.Configure(options);
        return options;
    }
}
