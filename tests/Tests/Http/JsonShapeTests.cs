using System.Text.Json;

namespace Actors.Http;

/// <summary>The check of the description finds what it is there to find.</summary>
public sealed class JsonShapeTests
{
    private const string Document = """
        {
          "order": {
            "type": "object", "required": ["id", "end"], "description": "An order.",
            "properties": {
              "id": { "type": "string" },
              "end": { "type": ["null", "string"], "format": "date-time" },
              "count": { "type": "integer", "format": "int32" },
              "status": { "description": "Where it stands.", "$ref": "#/status" },
              "meta": { "oneOf": [{ "type": "null" }, { "$ref": "#/meta" }] },
              "tags": { "type": "array", "items": { "type": "string" } },
              "names": { "type": "object", "properties": {}, "additionalProperties": { "type": "string" } }
            }
          },
          "status": { "type": "string", "enum": ["draft", "done"] },
          "meta": { "type": "object", "required": ["limit"], "properties": { "limit": { "type": "integer" } } },
          "strange": { "type": "object", "patternProperties": {} }
        }
        """;

    private static readonly JsonElement Root = JsonDocument.Parse(Document).RootElement;

    [Theory]
    [InlineData("""{"id":"1","end":null}""")]
    [InlineData("""{"id":"1","end":"2026-01-01T00:00:00Z","count":1,"status":"done","meta":{"limit":1},"tags":["a"],"names":{"x":"y"}}""")]
    public void What_is_as_described_passes(string json) => Assert.Empty(Problems(json));

    [Theory]
    [InlineData("""{"end":null}""", "$.id is missing")]
    [InlineData("""{"id":"1"}""", "$.end is missing")]
    [InlineData("""{"id":1,"end":null}""", "$.id is Number, not string")]
    [InlineData("""{"id":"1","end":"soon"}""", "$.end is no date-time: soon")]
    [InlineData("""{"id":"1","end":null,"count":1.5}""", "$.count is Number, not integer")]
    [InlineData("""{"id":"1","end":null,"count":4294967296}""", "$.count is no int32: 4294967296")]
    [InlineData("""{"id":"1","end":null,"status":"gone"}""", """$.status is none of ["draft", "done"]""")]
    [InlineData("""{"id":"1","end":null,"meta":{}}""", "$.meta fits 0 of its schemas")]
    [InlineData("""{"id":"1","end":null,"tags":["a",2]}""", "$.tags[1] is Number, not string")]
    [InlineData("""{"id":"1","end":null,"names":{"x":1}}""", "$.names.x is Number, not string")]
    [InlineData("""{"id":"1","end":null,"extra":1}""", "$.extra is not described")]
    [InlineData("[]", "$ is Array, not object")]
    public void What_is_not_as_described_is_told(string json, string problem) => Assert.Contains(problem, Problems(json));

    [Fact]
    public void A_keyword_that_the_check_does_not_know_is_no_pass() =>
        Assert.Throws<NotSupportedException>(() => new JsonShape(Root).Problems(Root, Root.GetProperty("strange")).ToList());

    private static List<string> Problems(string json) =>
        [.. new JsonShape(Root).Problems(JsonDocument.Parse(json).RootElement, Root.GetProperty("order"))];
}
