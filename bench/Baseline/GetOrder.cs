using System.Text.Json;
using Npgsql;
using StackExchange.Redis;

namespace Actors.Bench;

/// <summary>GET /work-orders/{id}, answered from Redis; what is not there is read from PostgreSQL and put there for a while.</summary>
/// <remarks>Writes do not touch the cache, which makes them cheaper than they could be: readers may see what is a minute old.</remarks>
internal sealed class GetOrder(NpgsqlDataSource source, IDatabase cache)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    public async Task HandleAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        RedisKey key = id;
        using (var cached = await cache.StringGetLeaseAsync(key))
        {
            if (cached is not null)
            {
                await Answers.WriteAsync(context, cached.Memory);
                return;
            }
        }

        var state = await OrderRows.LoadAsync(source, id) ?? throw new AppException(ErrorKind.NotFound, "WORK_ORDER_NOT_FOUND", "There is no such work order.");
        var body = Answers.Envelope(JsonSerializer.SerializeToUtf8Bytes(state.Document, Wire.Json.WorkOrder));
        await cache.StringSetAsync(key, body, Lifetime);
        await Answers.WriteAsync(context, body);
    }
}
