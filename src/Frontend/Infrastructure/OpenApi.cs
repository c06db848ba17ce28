using System.Reflection;
using Actors.Infrastructure.Http;
using Actors.Live;
using Actors.Users;
using Actors.WorkOrders;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Actors.Infrastructure;

/// <summary>The API's description and the page that shows it.</summary>
internal static class OpenApi
{
    private const string Bearer = "bearer";
    private const string FailureSchema = "Failure";

    /// <summary>Describes the API as OpenAPI 3.1.</summary>
    public static WebApplicationBuilder AddApiDescription(this WebApplicationBuilder builder)
    {
        builder.Services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddDocumentTransformer(DescribeDocument);
            options.AddOperationTransformer(DescribeOperation);
            options.AddSchemaTransformer(OpenApiSchemas.Describe);
        });
        return builder;
    }

    /// <summary>Maps <c>/openapi/v1.json</c> and <c>/docs</c>; both come from this server alone.</summary>
    public static WebApplication MapApiDescription(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapScalarApiReference("/docs", options => options
            .WithTitle("Actors")
            .WithOpenApiRoutePattern("/openapi/{documentName}.json")
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .ShowDeveloperTools = DeveloperToolsVisibility.Never).AllowAnonymous();
        return app;
    }

    private static async Task DescribeDocument(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Actors",
            Version = "v1",
            Description = "Every answer stands in an envelope: `{success, data, meta}` or `{success, error}`.",
        };
        document.Servers = [];
        document.AddComponent(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "The token from register or login.",
        });
        var failure = await context.GetOrCreateSchemaAsync(typeof(Failure), cancellationToken: cancellationToken);
        document.AddComponent(FailureSchema, failure);
    }

    private static Task DescribeOperation(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.OperationId = metadata.OfType<OperationName>().FirstOrDefault()?.Id ?? operation.OperationId;
        var open = metadata.OfType<IAllowAnonymous>().Any();
        if (!open)
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
        }

        AddHeaders(operation, context.Description.HttpMethod ?? "", metadata.OfType<MethodInfo>().FirstOrDefault());
        AddNotModified(operation, context.Description.HttpMethod ?? "", metadata.OfType<MethodInfo>().FirstOrDefault());
        DescribeNumbers(operation);

        AddErrors(operation, context, open);
        return Task.CompletedTask;
    }

    // Read as text only to tell what is wrong with it. In the live feed "after" is a token.
    private static void DescribeNumbers(OpenApiOperation operation)
    {
        var isLive = IsLive(operation);
        foreach (var parameter in operation.Parameters ?? [])
        {
            if (parameter is { In: ParameterLocation.Query, Schema: OpenApiSchema schema }
                && (parameter.Name is "page" or "limit" or "wait" || (parameter.Name == "after" && !isLive)))
            {
                schema.Type = JsonSchemaType.Integer;
            }
        }
    }

    private static void AddHeaders(OpenApiOperation operation, string method, MethodInfo? handler)
    {
        if (!HttpMethods.IsGet(method))
        {
            Add(CallContext.IdempotencyKey, "Makes the command safe to repeat: the same key has one effect and one answer.");
        }

        if (handler?.GetParameters().Any(p => p.ParameterType == typeof(ExpectedVersion)) == true)
        {
            Add("If-Match", "The ETag that the caller has seen; 412 if it is no longer the present one.");
        }

        void Add(string name, string description) => AddHeader(operation, name, description);
    }

    // What has a version is not sent again to who has it.
    private static void AddNotModified(OpenApiOperation operation, string method, MethodInfo? handler)
    {
        Type[] versioned = [typeof(Task<Answer<WorkOrder>>), typeof(Task<Answer<ProfileView>>), typeof(Task<Answer<AdminUser>>)];
        if (HttpMethods.IsGet(method) && versioned.Contains(handler?.ReturnType))
        {
            AddHeader(operation, "If-None-Match", "The ETag that the caller has; 304 if it is still the present one.");
            (operation.Responses ??= [])["304"] = new OpenApiResponse { Description = "The caller has the present version." };
        }
    }

    private static void AddHeader(OpenApiOperation operation, string name, string description) =>
        (operation.Parameters ??= []).Add(new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Header,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });

    private static bool IsLive(OpenApiOperation operation) => operation.Tags?.Any(tag => tag.Name == LiveEndpoints.Tag) == true;

    private static void AddErrors(OpenApiOperation operation, OpenApiOperationTransformerContext context, bool open)
    {
        var command = operation.RequestBody is not null || !HttpMethods.IsGet(context.Description.HttpMethod ?? "");
        Add("400", "A field or parameter is wrong.", true);
        Add("401", "No token, or one that does not hold.", true);
        Add("403", "The caller may see it but not do this.", !open && command);
        Add("404", "No such thing, or none the caller may know of.", !open || context.Description.RelativePath?.Contains('{', StringComparison.Ordinal) == true);
        Add("409", "The present state does not allow it, or a unique value is taken.", command);
        Add("412", "The version in If-Match is not the present one.", !open && command);
        Add("413", "The body is too large.", operation.RequestBody is not null);
        Add("415", "The body is not JSON.", operation.RequestBody is not null);
        Add("422", "A rule refuses it.", !open && command);
        Add("426", "The request is no WebSocket handshake.", operation.OperationId == LiveEndpoints.SocketOperation);
        Add("429", "Too many requests, or live connections; see Retry-After.", true);
        Add("503", "Not done, or outcome unknown: repeat it with the same idempotency key; see Retry-After.", true);

        void Add(string status, string description, bool possible)
        {
            if (possible)
            {
                (operation.Responses ??= [])[status] = new OpenApiResponse
                {
                    Description = description,
                    Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                    {
                        [MediaTypes.Json] = new() { Schema = new OpenApiSchemaReference(FailureSchema, context.Document) },
                    },
                };
            }
        }
    }
}
