using Npgsql;

namespace Actors.Storage;

public sealed class ConnectionUrlTests
{
    [Theory]
    [InlineData("postgres://ann:secret@db.example:6543/actors", "Host=db.example;Port=6543;Username=ann;Password=secret;Database=actors")]
    [InlineData("postgresql://ann@db/actors", "Host=db;Username=ann;Database=actors")]
    [InlineData("postgresql://db", "Host=db")]
    [InlineData("  postgres://ann:p%40ss%3A%2Fw%3Frd@db/my%20db  ", "Host=db;Username=ann;Password=p@ss:/w?rd;Database=my db")]
    [InlineData("postgres://ann:a@b@db/x", "Host=db;Username=ann;Password=a@b;Database=x")]
    [InlineData("postgres://ann:%E5%B7%A5@db/x", "Host=db;Username=ann;Password=工;Database=x")]
    [InlineData("postgres://u:p@[::1]:5433/x", "Host=::1;Port=5433;Username=u;Password=p;Database=x")]
    [InlineData("postgres://u@db/x?sslmode=require", "Host=db;Username=u;Database=x;SSL Mode=Require")]
    [InlineData("postgres://u@db/x?sslmode=verify-full&sslrootcert=/ca.pem", "Host=db;Username=u;Database=x;SSL Mode=VerifyFull;Root Certificate=/ca.pem")]
    [InlineData("postgres://u@db/x?schema=app&connection_limit=5&pgbouncer=true", "Host=db;Username=u;Database=x;Search Path=app")]
    [InlineData("postgres://u@db/x?application_name=a%20b&connect_timeout=7", "Host=db;Username=u;Database=x;Application Name=a b;Timeout=7")]
    [InlineData("postgres:///x?host=/var/run/postgresql&user=u", "Host=/var/run/postgresql;Username=u;Database=x")]
    [InlineData("postgres://u@a,b:5433/x", "Host=a,b:5433;Username=u;Database=x;Target Session Attributes=primary")]
    [InlineData("Host=db;Username=u;Password=p;Database=x", "Host=db;Username=u;Password=p;Database=x")]
    [InlineData("Server=db;User Id=u;Pwd=p", "Host=db;Username=u;Password=p")]
    public void An_address_is_understood(string text, string expected)
    {
        var expectation = new NpgsqlConnectionStringBuilder(expected);

        Assert.Equivalent(expectation, new NpgsqlConnectionStringBuilder(ConnectionUrl.Parse(text)));
    }

    [Theory]
    [InlineData("mysql://u:secret@db/x", "must start with postgres://")]
    [InlineData("postgres://u:secret@db:port/x", "port")]
    [InlineData("postgres://u:secret@db:70000/x", "port")]
    [InlineData("postgres://u:secret@/x", "no host")]
    [InlineData("postgres://u:secret@db/x?sslmode=perhaps", "'sslmode'")]
    [InlineData("postgres://u:secret@db/x?colour=red", "'colour'")]
    [InlineData("Password=secret;Username=u", "no host")]
    [InlineData("Password=secret;Colour=red", "postgres://")]
    [InlineData("secret", "postgres://")]
    public void A_bad_address_is_refused_without_telling_the_password(string text, string reason)
    {
        var exception = Assert.Throws<FormatException>(() => ConnectionUrl.Parse(text));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
    }
}
