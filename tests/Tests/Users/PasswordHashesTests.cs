using System.Text;
using Konscious.Security.Cryptography;

namespace Actors.Users;

/// <summary>Hashes that other systems made.</summary>
public sealed class PasswordHashesTests
{
    [Theory]
    // OpenBSD's own vectors for "U*U", and the same as PHP and others name it.
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    // passlib's documentation.
    [InlineData("password", "$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44")]
    // RFC 6070, 4096 iterations, as a PHC string.
    [InlineData("password", "$pbkdf2-sha1$i=4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE")]
    // ASP.NET Identity, version 3: SHA-512, 1000 iterations; made with another library.
    [InlineData("password", "AQAAAAIAAAPoAAAAEDAxMjM0NTY3ODlhYmNkZWbfwPOF0FPt89pQYGWyHjZVO64pIUAhgZknuXp94IMsiQ==")]
    public void A_known_hash_verifies_its_password_and_no_other(string password, string hash)
    {
        Assert.True(PasswordHashes.Verify(password, hash));
        Assert.False(PasswordHashes.Verify(password + "x", hash));
    }

    [Fact]
    public void Argon2id_verifies()
    {
        var salt = "0123456789abcdef"u8.ToArray();
        using var argon = new Argon2id(Encoding.UTF8.GetBytes("correct horse")) { Salt = salt, MemorySize = 64, Iterations = 2, DegreeOfParallelism = 1 };
        var hash = $"$argon2id$v=19$m=64,t=2,p=1${Convert.ToBase64String(salt).TrimEnd('=')}${Convert.ToBase64String(argon.GetBytes(32)).TrimEnd('=')}";

        Assert.True(PasswordHashes.Verify("correct horse", hash));
        Assert.False(PasswordHashes.Verify("wrong horse", hash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2b$05$short")]
    [InlineData("$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHQ$AAAA")]
    [InlineData("$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$")]
    [InlineData("$argon2id$v=19$m=64$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$pbkdf2-sha256$i=2147483647$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE")]
    [InlineData("$pbkdf2-sha256$i=1$c2FsdA$")]
    [InlineData("$pbkdf2-md5$i=1$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE")]
    [InlineData("AQAAAAEAACcQAAAAEA==")]
    public void What_is_no_hash_or_costs_too_much_is_no_passwords_hash(string hash) => Assert.False(PasswordHashes.Verify("password", hash));

    [Fact]
    public void A_hash_of_another_kind_or_cost_is_not_as_the_settings_want_it()
    {
        Assert.True(PasswordHashes.IsBcrypt("$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", 5));
        Assert.False(PasswordHashes.IsBcrypt("$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", 6));
        Assert.False(PasswordHashes.IsBcrypt("$pbkdf2-sha1$i=4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE", 5));
    }
}
