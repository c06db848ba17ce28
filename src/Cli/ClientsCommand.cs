using System.Globalization;
using Actors.Clients;
using Actors.Storage;

namespace Actors.Cli;

/// <summary><c>actors clients add|list|remove</c>: the services that may call the API, of a system that runs or not.</summary>
internal static class ClientsCommand
{
    public static Command Create(IConfiguration configuration)
    {
        var add = new Command("add", "Adds a client and prints its secret, this once.");
        var added = Name(add);
        add.SetAction((parsed, cancellationToken) => AddAsync(configuration, parsed.GetRequiredValue(added), parsed.InvocationConfiguration));
        var list = new Command("list", "Prints the clients, one a line, with the time when each was added.");
        list.SetAction((parsed, cancellationToken) => ListAsync(configuration, parsed.InvocationConfiguration.Output, cancellationToken));
        var remove = new Command("remove", "Removes a client; its tokens cease to hold within 30 s.");
        var removed = Name(remove);
        remove.SetAction((parsed, cancellationToken) => RemoveAsync(configuration, parsed.GetRequiredValue(removed), parsed.InvocationConfiguration));
        return new Command("clients", "The services that may call the API.") { add, list, remove };
    }

    private static Argument<string> Name(Command command)
    {
        var name = new Argument<string>("name") { Description = "Lower case letters, digits and hyphens." };
        name.Validators.Add(result =>
        {
            if (!ServiceClientLimits.IsId(result.GetValueOrDefault<string>()))
            {
                result.AddError($"A name is 1 to {ServiceClientLimits.Id} lower case letters, digits and hyphens.");
            }
        });
        command.Add(name);
        return name;
    }

    private static async Task<int> AddAsync(IConfiguration configuration, string name, InvocationConfiguration console)
    {
        await using var services = Services(configuration);
        if (await services.GetRequiredService<ServiceClients>().AddAsync(name) is { } secret)
        {
            await console.Output.WriteLineAsync($"client id      {name}\nclient secret  {secret}\nThe secret is not shown again.");
            return ExitCodes.Done;
        }

        await console.Error.WriteLineAsync($"There is a client {name} already.");
        return ExitCodes.Failed;
    }

    private static async Task<int> ListAsync(IConfiguration configuration, TextWriter output, CancellationToken cancellationToken)
    {
        await using var services = Services(configuration);
        foreach (var client in await services.GetRequiredService<ServiceClients>().ListAsync(cancellationToken))
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{client.Id}  {client.CreatedAt:yyyy-MM-dd'T'HH:mm:ss'Z'}"));
        }

        return ExitCodes.Done;
    }

    private static async Task<int> RemoveAsync(IConfiguration configuration, string name, InvocationConfiguration console)
    {
        await using var services = Services(configuration);
        if (await services.GetRequiredService<ServiceClients>().RemoveAsync(name))
        {
            await console.Output.WriteLineAsync($"{name} is removed; its tokens cease to hold within 30 s.");
            return ExitCodes.Done;
        }

        await console.Error.WriteLineAsync($"There is no client {name}.");
        return ExitCodes.Failed;
    }

    private static ServiceProvider Services(IConfiguration configuration) =>
        new ServiceCollection().AddLogging().AddStorage(configuration, isAlone: true).AddSingleton<ServiceClients>().BuildServiceProvider();
}
