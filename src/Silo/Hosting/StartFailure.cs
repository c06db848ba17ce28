using Actors.Storage;
using Microsoft.AspNetCore.Connections;

namespace Actors.Hosting;

/// <summary>Says in one sentence why the process cannot start, where the reason lies outside the program.</summary>
public static class StartFailure
{
    /// <summary>The sentence, or null if the failure is a fault of the program.</summary>
    public static string? Explain(Exception failure) => failure switch
    {
        IOException { InnerException: AddressInUseException } => $"{failure.Message} Choose another with --urls.",
        _ => StorageFailure.Explain(failure),
    };
}
