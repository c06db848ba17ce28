using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Actors.Bench;
using Actors.Infrastructure;
using Npgsql;

const int Warmup = 300;
const int Requests = 1_000;
const double MaxFirst = 5;
const double MaxDeep = 2;

if (args.Length > 1 || !int.TryParse(args.FirstOrDefault("1000000"), NumberStyles.None, CultureInfo.InvariantCulture, out var rows) || rows < 1_000)
{
    await Console.Error.WriteLineAsync("Option: the number of public models, 1000000 by default, at least 1000.");
    return 2;
}

var (binaries, whyNot) = await PostgresBinaries.FindOrInstallAsync();
if (binaries is null)
{
    await Console.Error.WriteLineAsync($"No PostgreSQL: {whyNot}");
    return 2;
}

await using var server = await LocalPostgres.CreateAsync(binaries, durable: true);
await using var product = await Product.StartTogetherAsync(server.ConnectionString);
var user = (await product.RegisterAsync(1))[0];
await using var source = NpgsqlDataSource.Create(server.ConnectionString);
await using (var seed = source.CreateCommand(
    """
    insert into blobs (id, version, key, owner_id, purpose, content_type, size, sha256, status, created_at, stored_at)
    select 'preview-' || i, 1, 'image/2026/03/preview-' || i, $1, 'image', 'image/png', 1000, repeat('0', 64), 'stored', now(), now() from generate_series(1, $2) i;
    """))
{
    seed.Parameters.Add(new NpgsqlParameter<string> { TypedValue = user.Id });
    seed.Parameters.Add(new NpgsqlParameter<int> { TypedValue = rows });
    seed.CommandTimeout = 600;
    await seed.ExecuteNonQueryAsync();
}

// A few models have most of the likes; one in ten thousand is called, and tagged, what is looked for.
await using (var seed = source.CreateCommand(
    """
    insert into models (id, version, document_version, user_id, source, selection, name, description, model_url, preview_image_url, parts, format, file_size,
        visibility, published_at, view_count, like_count, favorite_count, download_count, created_at, updated_at, completed_at, tags)
    select md5(i::text), 1, 1, $1, 'AI_GENERATED', 0, case when i % 10000 = 0 then '行星齿轮 planetary ' else '齿轮箱 gearbox ' end || i, null, 'preview-' || i,
        'preview-' || i, '[]', 'OBJ', 100000, 'PUBLIC', now() - i * interval '1 second', 0, (1000000 / (i % 99991 + 1)), 0, 0, now(), now(), now(),
        case when i % 10000 = 0 then 'planetary ' else '' end || 'gearbox low-poly'
    from generate_series(1, $2) i
    """))
{
    seed.Parameters.Add(new NpgsqlParameter<string> { TypedValue = user.Id });
    seed.Parameters.Add(new NpgsqlParameter<int> { TypedValue = rows });
    seed.CommandTimeout = 600;
    await seed.ExecuteNonQueryAsync();
}

await RunAsync("insert into model_tags (model_id, tag, published_at) select m.id, t, m.published_at from models m, unnest(string_to_array(m.tags, ' ')) t");
await RunAsync("analyze");
await RunAsync("checkpoint");
Console.WriteLine($"{rows:N0} public models; p50 and p99 of {Requests:N0} requests one after another, milliseconds");
Console.WriteLine("| page of 20 | p50 | p99 |\n|---|---:|---:|");
var newest = Measure("newest, first", "sort=newest");
var deepNewest = Measure("newest, in the middle", $"sort=newest&cursor={await CursorAsync("gallery", "published_at", "(extract(epoch from published_at) * 10000000)::bigint + 621355968000000000")}");
var likes = Measure("most liked, first", "sort=likes");
var deepLikes = Measure("most liked, in the middle", $"sort=likes&cursor={await CursorAsync("gallery-likes", "like_count", "like_count")}");
Measure("search for one in 10,000", "q=planetary");
Measure("search for what all have", "q=gearbox");
Measure("tag of one in 10,000", "tag=planetary");
Measure("tag of one in 10,000, most liked", "tag=planetary&sort=likes");
Measure("tag that all have", "tag=gearbox");
Measure("tag that all have, most liked", "tag=gearbox&sort=likes");
Measure("tag that none has", "tag=low");
var isMet = newest <= MaxFirst && likes <= MaxFirst && deepNewest <= MaxDeep * newest && deepLikes <= MaxDeep * likes;
Console.WriteLine($"first page ≤ {MaxFirst} ms, a deep page ≤ {MaxDeep} x of it: {(isMet ? "met" : "MISSED")}");
return isMet ? 0 : 1;

double Measure(string name, string query)
{
    var request = Encoding.ASCII.GetBytes($"GET /api/v1/gallery?{query}&limit=20 HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {user.Token}\r\n\r\n");
    using var connection = new HttpConnection(product.Url);
    var times = new List<double>(Requests);
    for (var i = 0; i < Warmup + Requests; i++)
    {
        var began = Stopwatch.GetTimestamp();
        if (connection.Send(request) is var status and not 200)
        {
            throw new InvalidOperationException($"{status}: {Encoding.UTF8.GetString(connection.Answer)}");
        }

        if (i >= Warmup)
        {
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
    }

    times.Sort();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {times[Requests / 2]:F2} | {times[Requests * 99 / 100]:F2} |"));
    return times[Requests / 2];
}

// As the product writes it: no client could page down so far in a benchmark.
async Task<string> CursorAsync(string list, string sort, string value)
{
#pragma warning disable CA2100 // written here
    await using var command = source.CreateCommand($"select {value}, id from models order by {sort} desc, id desc offset {rows / 2} limit 1");
#pragma warning restore CA2100
    await using var reader = await command.ExecuteReaderAsync();
    await reader.ReadAsync();
    return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{list}|{reader.GetInt64(0)}|{reader.GetString(1)}")));
}

async Task RunAsync(string sql)
{
#pragma warning disable CA2100 // written here
    await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
    command.CommandTimeout = 600;
    await command.ExecuteNonQueryAsync();
}
