using System.Data.Common;
using Actors.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Actors.Hosting;

/// <summary>Says in one sentence why the process cannot start, where the reason lies outside the program.</summary>
public static class StartFailure
{
    private const string ConfigurationBinder = "Microsoft.Extensions.Configuration.Binder";

    /// <summary>The sentence, or null if the failure is a fault of the program.</summary>
    public static string? Explain(Exception failure) => failure switch
    {
        OptionsValidationException invalid => string.Join(' ', invalid.Failures),
        IOException { InnerException: AddressInUseException } => $"{failure.Message} Choose another with --urls.",
        InvalidOperationException when string.Equals(failure.Source, ConfigurationBinder, StringComparison.Ordinal) => failure.Message,
        SchemaException => failure.Message,
        DbException => $"the database refuses or does not answer: {failure.Message}",
        IOException or UnauthorizedAccessException => failure.Message,
        _ => null,
    };
}
