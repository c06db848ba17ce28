using System.Text.Json.Nodes;
using Actors.WorkOrders;

namespace Actors.Users;

public sealed class ProfileRulesTests
{
    private static readonly DateTimeOffset Now = WorkOrderBuilder.Now;

    /// <summary>The examples of RFC 7396, appendix A, whose patch is an object.</summary>
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void A_merge_patch_is_applied_as_the_standard_says(string target, string patch, string expected)
    {
        var merged = Preferences.Merge(JsonNode.Parse(target)!.AsObject(), JsonNode.Parse(patch)!.AsObject());

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), merged), merged.ToJsonString());
    }

    [Fact]
    public void Two_changes_at_one_moment_have_different_tags()
    {
        var state = Registered();
        var first = Change(state, """{"a":1}""");
        var second = Change(first, """{"a":2}""");

        Assert.Equal(3, new[] { state, first, second }.Select(ProfileRules.TagOf).Distinct().Count());
        Assert.True(second.Web!.UpdatedAt > first.Web!.UpdatedAt);
    }

    [Fact]
    public void What_changes_nothing_is_no_change()
    {
        var state = Change(Registered(), """{"a":1}""");

        Assert.Null(ProfileRules.Change(state, new ChangeProfile { Username = state.User.Username, Preferences = """{ "a" : 1 }""" }, Himself(state), Now));
    }

    private static UserState Change(UserState state, string preferences) =>
        ProfileRules.Change(state, new ChangeProfile { Preferences = preferences }, Himself(state), Now)!.Next!;

    private static UserState Registered() =>
        UserRules.Register(null, "id", new() { Email = "anna@example.org", Password = "correct horse" }, "hash", Now).Next!;

    private static Caller Himself(UserState state) => new() { UserId = state.User.Id };
}
