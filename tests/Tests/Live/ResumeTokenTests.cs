using CsCheck;

namespace Actors.Live;

public sealed class ResumeTokenTests
{
    private static readonly Gen<LogCursor> Place = Gen.Select(Gen.ULong[0, long.MaxValue], Gen.Long[0, long.MaxValue], (t, p) => new LogCursor(t, p));

    [Fact]
    public void A_place_in_every_partition_is_read_as_it_was_written() =>
        Place.Array[ChangeLogLimits.Partitions].Sample(places => ResumeToken.ReadPlaces(ResumeToken.Of(places)).SequenceEqual(places));

    [Fact]
    public void Places_of_a_busy_log_make_a_short_token()
    {
        var places = Enumerable.Range(0, ChangeLogLimits.Partitions).Select(p => new LogCursor(900_000_000 + (ulong)p, 4_000_000_000 + (p * 40))).ToArray();

        Assert.InRange(ResumeToken.Of(places).Length, 1, 100);
    }

    [Fact]
    public void Whatever_a_client_sends_is_a_token_or_a_400() => Gen.String.Sample(text =>
    {
        try
        {
            ResumeToken.ReadPlaces(text);
        }
        catch (AppException refused)
        {
            return refused.Kind == ErrorKind.Invalid;
        }

        return true;
    });

    [Fact]
    public void Bytes_that_begin_like_a_token_are_a_token_or_a_400() => Gen.Byte.Array.Sample(bytes =>
    {
        try
        {
            ResumeToken.ReadPlaces(System.Buffers.Text.Base64Url.EncodeToString([1, .. bytes]));
        }
        catch (AppException refused)
        {
            return refused.Kind == ErrorKind.Invalid;
        }

        return true;
    });

    [Fact]
    public void The_tokens_of_several_topics_come_apart_again()
    {
        string[] topics = ["work-orders/a", "users/me"];
        var token = ResumeToken.Join(ResumeToken.Mark(topics), ["7", "12"]);

        Assert.Equal(["7", "12"], ResumeToken.Split(token, topics));
        Assert.Throws<AppException>(() => ResumeToken.Split(token, ["work-orders/b", "users/me"]));
        Assert.Throws<AppException>(() => ResumeToken.Split(token, ["work-orders/a", "users/me", "work-orders"]));
        Assert.Throws<AppException>(() => ResumeToken.Split("7", topics));
        Assert.Equal([null, null], ResumeToken.Split(null, topics));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5")]
    [InlineData("")]
    [InlineData("99999999999999999999")]
    public void A_version_is_digits(string token) => Assert.Throws<AppException>(() => ResumeToken.ReadVersion(token));
}
