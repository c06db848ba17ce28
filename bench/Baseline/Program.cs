using Actors.Bench;
using StackExchange.Redis;

// The yardstick: what a plain ASP.NET service over PostgreSQL and Redis would be, written as fast as we can. No Orleans runs here, no
// token is checked, nothing is logged or measured. Tables, rules, checks and answers are the product's, so that the work is the same.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);

var database = Environment.GetEnvironmentVariable("BASELINE_POSTGRES") ?? throw new InvalidOperationException("BASELINE_POSTGRES is not set.");
var redis = Environment.GetEnvironmentVariable("BASELINE_REDIS") ?? throw new InvalidOperationException("BASELINE_REDIS is not set.");
await using var source = Sources.Create(database);
await using var cache = await ConnectionMultiplexer.ConnectAsync(redis);
var codes = await OrderCodes.CreateAsync(source);

await using var app = builder.Build();
const string Orders = "/api/v1/work-orders";
var create = new CreateOrder(source, codes);
var list = new ListOrders(source);
var get = new GetOrder(source, cache.GetDatabase());
var report = new ReportOnStep(source);
app.MapPost(Orders, Refusals.Handle(create.HandleAsync));
app.MapGet(Orders, Refusals.Handle(list.HandleAsync));
app.MapGet($"{Orders}/{{id}}", Refusals.Handle(get.HandleAsync));
app.MapPost($"{Orders}/{{id}}/steps/{{stepCode}}/progress", Refusals.Handle(report.HandleAsync));
app.MapGet("/health/ready", static context => Task.CompletedTask);
await app.RunAsync();
