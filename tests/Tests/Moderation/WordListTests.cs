namespace Actors.Moderation;

public sealed class WordListTests
{
    private const string List =
        """
        # what nobody is to ask for

        violence: kill
        violence: build a  bomb
        weapons: 炸弹
        hate: /\bslur(s|red)?\b/
        slow: /(a+)+b/
        """;

    [Theory]
    [InlineData("a gear box", null)]
    [InlineData("kill", "violence")]
    [InlineData("They KILL it.", "violence")]
    [InlineData("a skilled killer", null)]
    [InlineData("我要kill他", "violence")]
    [InlineData("how to build\n a bomb", "violence")]
    [InlineData("build a bombastic stage", null)]
    [InlineData("一个炸弹模型", "weapons")]
    [InlineData("some slurs", "hate")]
    [InlineData("slurry", null)]
    [InlineData("ｋｉｌｌ", "violence")]
    [InlineData("k\u200Bi\u00ADll", "violence")]
    [InlineData("k\u0336i\u0336l\u0336l", "violence")]
    [InlineData("炸\u2060弹", "weapons")]
    public async Task Words_are_found_however_they_are_written(string prompt, string? category) =>
        Assert.Equal(category, (await WordList.Parse(List).JudgeAsync(prompt)).Category);

    // With backtracking this would take longer than the universe has.
    [Fact]
    public async Task A_pattern_cannot_be_made_slow() =>
        Assert.Equal(ModerationVerdict.Accepted, await WordList.Parse(List).JudgeAsync(new string('a', 2_000)));

    [Theory]
    [InlineData("no category", 1)]
    [InlineData("violence: kill\nhate:", 2)]
    [InlineData("a b: words", 1)]
    [InlineData("violence: /(/", 1)]
    [InlineData("violence: /(?=x)/", 1)]
    [InlineData("violence: \u200B", 1)]
    [InlineData("violence: \u200B \u200B", 1)]
    public void A_wrong_line_is_named(string text, int line) =>
        Assert.StartsWith($"line {line} ", Assert.Throws<FormatException>(() => WordList.Parse(text)).Message, StringComparison.Ordinal);
}
