using Actors.Infrastructure;
using Actors.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Actors.Users;

/// <summary>Where the secret that is not in the database comes from.</summary>
public sealed class MasterKeyTests
{
    private const string Long = "a secret of at least thirty-two characters";

    [Theory]
    [InlineData("ACTORS_MASTER_KEY")]
    [InlineData("JWT_SECRET")]
    [InlineData("NEXTAUTH_SECRET")]
    public void It_is_taken_from_each_of_its_names(string name) =>
        Assert.Equal(MasterKey.Find(With(("ACTORS_MASTER_KEY", Long)), null).Derive("x"), MasterKey.Find(With((name, Long)), null).Derive("x"));

    [Fact]
    public void A_short_one_and_none_are_refused()
    {
        Assert.Throws<OptionsValidationException>(() => MasterKey.Find(With(("JWT_SECRET", "short")), null));
        Assert.Throws<OptionsValidationException>(() => MasterKey.Find(With(("JWT_SECRET", "")), null));
        Assert.Throws<OptionsValidationException>(() => MasterKey.Find(With(("ACTORS_MASTER_KEY_FILE", "/no/such/file")), null));
    }

    [Fact]
    public async Task One_process_alone_makes_one_that_nobody_else_may_read_and_keeps_it()
    {
        await using var app = new ActorsApp();
        await app.RegisterAsync();
        var file = Path.Combine(app.Folder, MasterKey.FileName);

        Assert.True(File.Exists(file));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.Equal(MasterKey.Find(With(("ACTORS_MASTER_KEY_FILE", file)), null).Derive("x"), MasterKey.Find(With(), app.Folder).Derive("x"));
        Assert.NotEqual(MasterKey.Find(With(), app.Folder).Derive("x"), MasterKey.Find(With(), app.Folder).Derive("y"));
    }

    private static IConfiguration With(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))).Build();
}
