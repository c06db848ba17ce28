using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Actors.Cli;

/// <summary><c>actors queues list|show|pause|resume|set|jobs|requeue</c>: the queues of a system that runs, by its API.</summary>
internal static class QueuesCommand
{
    private const string Queues = "/api/v1/admin/queues";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // As the API names them; times in milliseconds.
    private static readonly (string Option, string Field)[] Numbers =
    [
        ("--max-concurrency", "maxConcurrency"), ("--job-timeout", "jobTimeout"), ("--max-retries", "maxRetries"),
        ("--retry-delay-base", "retryDelayBase"), ("--retry-delay-max", "retryDelayMax"),
    ];

    public static Command Create(IConfiguration configuration)
    {
        var list = new Command("list", "Prints the queues, one a line, with their jobs.");
        list.SetAction((parsed, cancellationToken) => WithAsync(configuration, parsed, ListAsync, cancellationToken));
        return new Command("queues", "The queues of jobs. Settings: ACTORS_URL, ACTORS_CLIENT_ID, ACTORS_CLIENT_SECRET.")
        {
            list,
            Of(configuration, "show", "Prints how a queue works, and how it stands.", (api, name, _, ct) => api.SendAsync(HttpMethod.Get, Path(name), body: null, ct)),
            Of(configuration, "pause", "Begins no more jobs; those under way go on.", (api, name, _, ct) => ChangeAsync(api, name, new() { ["isActive"] = false }, ct)),
            Of(configuration, "resume", "Begins jobs again.", (api, name, _, ct) => ChangeAsync(api, name, new() { ["isActive"] = true }, ct)),
            Set(configuration),
            Jobs(configuration),
            Requeue(configuration),
        };
    }

    private static Command Set(IConfiguration configuration)
    {
        var numbers = Numbers.Select(n => (Option: new Option<long?>(n.Option) { Description = n.Field }, n.Field)).ToList();
        var priority = new Option<bool?>("--enable-priority") { Description = "Whether priorities count." };
        var set = Of(configuration, "set", "Changes how a queue works, at once; times in milliseconds.", (api, name, parsed, ct) =>
        {
            var body = new JsonObject();
            foreach (var (option, field) in numbers.Where(n => parsed.GetValue(n.Option) is not null))
            {
                body[field] = parsed.GetValue(option);
            }

            if (parsed.GetValue(priority) is { } counts)
            {
                body["enablePriority"] = counts;
            }

            return ChangeAsync(api, name, body, ct);
        });
        numbers.ForEach(n => set.Add(n.Option));
        set.Add(priority);
        return set;
    }

    private static Command Jobs(IConfiguration configuration)
    {
        var status = new Option<string?>("--status") { Description = "Of that status, not COMPLETED; without: those that were given up." };
        var cursor = new Option<string?>("--cursor") { Description = "meta.nextCursor of the page before." };
        var jobs = Of(configuration, "jobs", "Prints a page of a queue's jobs, the newest first.", (api, name, parsed, ct) =>
            api.SendAsync(HttpMethod.Get, Path(name, "/jobs", ("status", parsed.GetValue(status)), ("cursor", parsed.GetValue(cursor))), body: null, ct));
        jobs.Add(status);
        jobs.Add(cursor);
        return jobs;
    }

    private static Command Requeue(IConfiguration configuration)
    {
        var job = new Option<string?>("--job") { Description = "One job; without: all that were given up." };
        var requeue = Of(configuration, "requeue", "Begins jobs anew that are over.", async (api, name, parsed, ct) =>
        {
            if (parsed.GetValue(job) is { } id)
            {
                return await api.SendAsync(HttpMethod.Post, Path(name, $"/jobs/{Uri.EscapeDataString(id)}/requeue"), body: null, ct);
            }

            var (count, refused, cursor) = (0L, 0L, (string?)null);
            do
            {
                var page = (await api.SendAsync(HttpMethod.Post, Path(name, "/requeue", ("cursor", cursor), ("limit", "100")), body: null, ct))["data"]!;
                count += page["count"]!.GetValue<long>();
                refused += page["refused"]!.GetValue<long>();
                cursor = page["nextCursor"]?.GetValue<string>();
            }
            while (cursor is not null);
            return new JsonObject { ["data"] = new JsonObject { ["count"] = count, ["refused"] = refused } };
        });
        requeue.Add(job);
        return requeue;
    }

    private static Task<JsonNode> ChangeAsync(AdminApi api, string name, JsonObject body, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Patch, Path(name), body, cancellationToken);

    private static string Path(string name, string rest = "", params IEnumerable<(string Name, string? Value)> query)
    {
        var fields = string.Join('&', query.Where(f => f.Value is not null).Select(f => $"{f.Name}={Uri.EscapeDataString(f.Value!)}"));
        return $"{Queues}/{Uri.EscapeDataString(name)}{rest}{(fields.Length > 0 ? $"?{fields}" : "")}";
    }

    /// <summary>A command about one queue, which prints the API's answer.</summary>
    private static Command Of(
        IConfiguration configuration, string verb, string description, Func<AdminApi, string, ParseResult, CancellationToken, Task<JsonNode>> act)
    {
        var name = new Argument<string>("name") { Description = "The queue, e.g. image-generation." };
        var command = new Command(verb, description) { name };
        command.SetAction((parsed, cancellationToken) => WithAsync(
            configuration,
            parsed,
            async (api, output) => await output.WriteLineAsync(
                (await act(api, parsed.GetRequiredValue(name), parsed, cancellationToken)) is var answer && answer["meta"] is null
                    ? answer["data"]!.ToJsonString(Readable)
                    : answer.ToJsonString(Readable)),
            cancellationToken));
        return command;
    }

    private static async Task ListAsync(AdminApi api, TextWriter output)
    {
        await output.WriteLineAsync("queue               active  at once  waiting  delayed  running  workers");
        foreach (var queue in (await api.SendAsync(HttpMethod.Get, Queues, body: null, CancellationToken.None))["data"]!.AsArray())
        {
            await output.WriteLineAsync(
                $"{queue!["queueName"],-18}  {((bool)queue["isActive"]! ? "yes" : "no"),6}  {queue["maxConcurrency"],7}  {queue["waiting"],7}  "
                + $"{queue["delayed"],7}  {queue["running"],7}  {queue["workers"],7}");
        }
    }

    private static async Task<int> WithAsync(
        IConfiguration configuration, ParseResult parsed, Func<AdminApi, TextWriter, Task> act, CancellationToken cancellationToken)
    {
        using var api = await AdminApi.ConnectAsync(configuration, cancellationToken);
        await act(api, parsed.InvocationConfiguration.Output);
        return ExitCodes.Done;
    }
}
