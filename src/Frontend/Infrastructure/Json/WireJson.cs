using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;

namespace Actors.Infrastructure.Json;

/// <summary>How JSON looks on the wire, in and out.</summary>
internal static class WireJson
{
    /// <summary>Deepest nesting of a request.</summary>
    public const int MaxDepth = 32;

    /// <summary>Makes endpoints read and write JSON as <see cref="Configure"/> says.</summary>
    public static IServiceCollection AddWireJson(this IServiceCollection services) =>
        services.Configure<JsonOptions>(options => Configure(options.SerializerOptions));

    /// <summary>Sets the wire format on <paramref name="options"/>.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.ReadCommentHandling = JsonCommentHandling.Disallow;
        options.AllowTrailingCommas = false;
        options.MaxDepth = MaxDepth;

        // Chinese text stays readable; safe because answers are application/json with nosniff, never part of a page.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new TextConverter());
        options.Converters.Add(new TimestampConverter());
        options.Converters.Add(new WireEnumConverterFactory());
        options.Converters.Add(new OptionalConverterFactory());

        // Answers are known at build time; requests need init setters, which only the reflecting resolver fills.
        options.TypeInfoResolver = JsonTypeInfoResolver.Combine(
            AnswerJson.Default.WithAddedModifier(StoredJson.Embed),
            new DefaultJsonTypeInfoResolver { Modifiers = { SnakeCaseNames.Accept } });
    }
}
