using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Actors.Jobs;

/// <summary>How a process is told which jobs it does.</summary>
public sealed class WorkerOptionsTests
{
    [Theory]
    [InlineData("image-generation", true)]
    [InlineData("model-import", true)]
    [InlineData("images", false)]
    [InlineData("Image-Generation", false)]
    public void A_queue_that_there_is_not_is_refused(string queue, bool isKnown)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Workers:Queues:0", (string?)queue)]).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddWorkers().BuildServiceProvider();
        var options = services.GetRequiredService<IOptions<WorkerOptions>>();

        if (isKnown)
        {
            Assert.True(options.Value.Serves(queue));
            return;
        }

        Assert.Contains("none of", Assert.Throws<OptionsValidationException>(() => options.Value).Message, StringComparison.Ordinal);
    }
}
