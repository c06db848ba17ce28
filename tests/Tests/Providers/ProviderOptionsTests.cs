using System.Net;
using Actors.Generation;
using Actors.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Actors.Providers;

public sealed class ProviderOptionsTests
{
    [Fact]
    public void Without_settings_nobody_else_is_asked()
    {
        using var services = With();

        services.GetRequiredService<IStartupValidator>().Validate();
        Assert.IsType<ProceduralImages>(services.GetRequiredService<IImageProvider>());
        Assert.IsType<ReliefModels>(services.GetRequiredService<IModelProvider>());
    }

    [Theory]
    [InlineData("Providers:Images:Kind", "painter")]
    [InlineData("Providers:Models:Kind", "openai")]
    [InlineData("Providers:Images:Url", "ftp://example.org")]
    [InlineData("Providers:Images:Url", "/relative")]
    [InlineData("Providers:Models:Url", "https://user:password@example.org")]
    [InlineData("Providers:Models:Url", "https://example.org/?key=1")]
    [InlineData("Providers:Images:Key", "two\nlines")]
    [InlineData("Providers:Images:Model", " ")]
    [InlineData("Providers:Images:Timeout", "00:00:00.5")]
    [InlineData("Providers:Models:Timeout", "1.00:00:00")]
    [InlineData("Providers:Models:PollEvery", "00:00:00")]
    public void A_bad_setting_stops_the_start_and_is_named(string setting, string value)
    {
        using var services = With((setting, value));

        var failure = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains(setting, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("172.31.255.255", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("127.0.0.53", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:93.184.216.34", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:0:10.0.0.1", false)]
    [InlineData("64:ff9b:1::a00:1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("172.16.0.0", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("198.19.255.255", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("240.0.0.1", false)]
    public void Addresses_of_this_machine_and_its_network_are_not_public(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddresses.IsPublic(IPAddress.Parse(address)));

    private static ServiceProvider With(params (string Name, string Value)[] settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create<string, string?>(s.Name, s.Value))).Build())
        .AddLogging()
        .AddProviders()
        .BuildServiceProvider();
}
