using Actors.Demo;
using Actors.Generation;
using Actors.Hosting;
using Actors.Inboxes;
using Actors.Infrastructure;
using Actors.Infrastructure.Http;
using Actors.Live;
using Actors.Models;
using Actors.Users;
using Actors.WorkOrders;

try
{
    // Settings lie beside the program, so that it starts the same from every working directory.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.Services.AddSingleton(TimeProvider.System);
    builder.AddListening();
    builder.AddDraining();
    builder.AddTelemetry();
    builder.AddCluster();
    builder.AddHttpPipeline();
    builder.AddUsers();
    builder.AddWorkOrders();
    builder.AddGeneration();
    builder.AddModels();
    builder.AddInboxes();
    builder.AddLive();
    builder.AddApiDescription();

    var app = builder.Build();
    app.UseHttpPipeline();
    app.MapApi();
    app.MapDemo();
    app.MapHealth();
    app.MapTelemetry();
    app.MapApiDescription();
    app.PrintWhereToLook();
    await app.RunAsync();
    return 0;
}
catch (Exception failure) when (StartFailure.Explain(failure) is { } reason)
{
    await Console.Error.WriteLineAsync($"Cannot start: {reason}");
    return 1;
}
