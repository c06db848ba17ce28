using System.Text;

namespace Actors.Users;

public sealed class TotpTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>RFC 6238, appendix B, SHA-1.</summary>
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void Codes_are_those_of_the_standard(long seconds, string code)
    {
        var step = Totp.StepOf(DateTimeOffset.FromUnixTimeSeconds(seconds));

        Assert.Equal(code, Totp.Code(Secret, step, digits: 8));
        Assert.Equal(code[2..], Totp.Code(Secret, step));
    }

    /// <summary>RFC 4648, section 10.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Secrets_are_written_as_the_standard_says(string bytes, string text) => Assert.Equal(text, Totp.Base32(Encoding.ASCII.GetBytes(bytes)));

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_code_holds_for_its_step_and_the_ones_beside_it(int offset, bool holds)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1111111111);

        Assert.Equal(holds, Totp.Find(Secret, Totp.Code(Secret, Totp.StepOf(now) + offset), lastStep: 0, now) is not null);
    }

    [Fact]
    public void A_code_that_was_used_and_those_before_it_hold_no_more()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1111111111);
        var step = Totp.StepOf(now);

        Assert.Null(Totp.Find(Secret, Totp.Code(Secret, step), lastStep: step, now));
        Assert.Null(Totp.Find(Secret, Totp.Code(Secret, step - 1), lastStep: step, now));
        Assert.Equal(step + 1, Totp.Find(Secret, Totp.Code(Secret, step + 1), lastStep: step, now));
    }

    [Fact]
    public void An_app_is_told_secret_issuer_and_account() => Assert.Equal(
        "otpauth://totp/My%20Works:anna%40example.org?secret=MZXW6YTBOI&issuer=My%20Works&algorithm=SHA1&digits=6&period=30",
        Totp.Uri(Encoding.ASCII.GetBytes("foobar"), "My Works", "anna@example.org"));
}
