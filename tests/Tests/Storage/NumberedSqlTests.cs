namespace Actors.Storage;

public sealed class NumberedSqlTests
{
    private readonly NumberedSql _numbered = new();

    [Theory]
    [InlineData("select 1", "select 1", "")]
    [InlineData("a = @b and c = @d or a = @b", "a = $1 and c = $2 or a = $1", "b d")]
    [InlineData("m = '@no' and \"@no\" = @yes", "m = '@no' and \"@no\" = $1", "yes")]
    [InlineData("m = 'it''s @no' and n = @yes", "m = 'it''s @no' and n = $1", "yes")]
    [InlineData("""like @q escape '\' and x in (@s0, @s1)""", """like $1 escape '\' and x in ($2, $3)""", "q s0 s1")]
    [InlineData("limit @limit_1+1", "limit $1+1", "limit_1")]
    public void Names_become_numbers_in_the_order_in_which_they_come(string sql, string text, string names)
    {
        var (numbered, order) = _numbered.Of(sql);

        Assert.Equal(text, numbered);
        Assert.Equal(names, string.Join(' ', order));
    }

    [Fact]
    public void More_texts_than_are_kept_are_numbered_all_the_same()
    {
        for (var i = 0; i < 2_500; i++)
        {
            Assert.Equal($"select {i} = $1", _numbered.Of($"select {i} = @x").Sql);
        }
    }
}
