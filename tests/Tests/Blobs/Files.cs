using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Actors.Infrastructure;

namespace Actors.Blobs;

/// <summary>A user who uploads and reads files, as clients do: our API with a token, signed URLs with nothing but what they were given with.</summary>
internal static class Files
{
    private static readonly HttpClient Elsewhere = new();

    /// <summary>A picture as far as anybody looks, of the given size, unlike any other.</summary>
    public static byte[] Png(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        byte[] mark = [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A];
        mark.CopyTo(bytes, 0);
        return bytes;
    }

    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static Task<Answer> AnnounceAsync(this ActorsClient user, byte[] bytes, string? key = null) => user.SendAsync(
        HttpMethod.Post,
        "/api/v1/uploads",
        new { purpose = "image", contentType = "image/png", size = bytes.Length, sha256 = Hash(bytes), fileName = "图 1.png" },
        key is null ? [] : [("Idempotency-Key", key)]);

    /// <summary>Asks where parts of an announced file go.</summary>
    public static Task<Answer> SignPartsAsync(this ActorsClient user, string id, params int[] numbers) =>
        user.PostAsync($"/api/v1/uploads/{id}/parts", new { numbers });

    public static Task<Answer> ListPartsAsync(this ActorsClient user, string id) => user.GetAsync($"/api/v1/uploads/{id}/parts");

    /// <summary>Sends parts of a file to where they go.</summary>
    public static async Task UploadPartsAsync(this ActorsClient user, HttpClient server, string id, byte[] bytes, params int[] numbers)
    {
        foreach (var part in (await user.SignPartsAsync(id, numbers)).Expect(HttpStatusCode.OK).Data.GetProperty("parts").EnumerateArray())
        {
            var start = (part.GetProperty("number").GetInt32() - 1) * BlobLimits.PartSize;
            using var put = await PutAsync(server, part, bytes[start..(start + part.GetProperty("size").GetInt32())]);
            Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
        }
    }

    public static Task<Answer> CompleteAsync(this ActorsClient user, string id) => user.PostAsync($"/api/v1/uploads/{id}/complete");

    /// <summary>Completes an upload, again while its check takes longer than a call waits.</summary>
    public static async Task<Answer> CompleteLargeAsync(this ActorsClient user, string id)
    {
        Answer? answer = null;
        await Waiting.UntilAsync(
            async () => (answer = await user.CompleteAsync(id)).Status != HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(60), () => "The check does not end.");
        return answer!;
    }

    /// <summary>A stored file; returns its id.</summary>
    public static async Task<string> UploadAsync(this ActorsClient user, HttpClient server, byte[] bytes)
    {
        var ticket = (await user.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data;
        using var put = await PutAsync(server, ticket, bytes);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
        var id = ticket.GetProperty("id").GetString()!;
        (await user.CompleteAsync(id)).Expect(HttpStatusCode.OK);
        return id;
    }

    /// <summary>Sends bytes to where a ticket says.</summary>
    /// <param name="server">A client of our server without a token.</param>
    /// <param name="ticket">The answer to an announced upload, or one of the parts that were asked for.</param>
    /// <param name="bytes">What to send.</param>
    public static async Task<HttpResponseMessage> PutAsync(HttpClient server, JsonElement ticket, byte[] bytes)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Parse(ticket.GetProperty("method").GetString()!), new Uri(ticket.GetProperty("uploadUrl").GetString()!, UriKind.RelativeOrAbsolute));
        request.Content = new ByteArrayContent(bytes);
        foreach (var header in ticket.GetProperty("headers").EnumerateObject())
        {
            if (!request.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString()))
            {
                request.Content.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
            }
        }

        return await ClientOf(server, request.RequestUri!).SendAsync(request);
    }

    /// <summary>Reads what a URL of our API gives.</summary>
    public static Task<HttpResponseMessage> ReadAsync(HttpClient server, string url)
    {
        var target = new Uri(url, UriKind.RelativeOrAbsolute);
        return ClientOf(server, target).GetAsync(target);
    }

    private static HttpClient ClientOf(HttpClient server, Uri url) => url.IsAbsoluteUri ? Elsewhere : server;
}
