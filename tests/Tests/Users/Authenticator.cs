using System.Text.Json;

namespace Actors.Users;

/// <summary>An authenticator app that knows one secret, and gives each code once.</summary>
internal sealed class Authenticator(JsonElement enrolled)
{
    private readonly byte[] _secret = Base32(enrolled.GetProperty("secret").GetString()!);
    private long _last;

    /// <summary>What it knows.</summary>
    public byte[] Secret => _secret;

    /// <summary>The code of the earliest step that is still taken.</summary>
    public string Next()
    {
        _last = Math.Max(_last + 1, Totp.StepOf(TimeProvider.System.GetUtcNow()) - 1);
        return Totp.Code(_secret, _last);
    }

    /// <summary>The same as the last.</summary>
    public string Again() => Totp.Code(_secret, _last);

    /// <summary>A code that is not the right one, at no time near.</summary>
    public string Wrong()
    {
        var step = Totp.StepOf(TimeProvider.System.GetUtcNow());
        var near = Enumerable.Range(-3, 7).Select(i => Totp.Code(_secret, step + i)).ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(0, 10).Select(i => $"{i}{i}{i}{i}{i}{i}").First(code => !near.Contains(code));
    }

    private static byte[] Base32(string text)
    {
        var bytes = new List<byte>();
        var (buffer, bits) = (0, 0);
        foreach (var c in text)
        {
            (buffer, bits) = (((buffer << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal)) & 0xFFFF, bits + 5);
            if (bits >= 8)
            {
                bytes.Add((byte)(buffer >> (bits -= 8)));
            }
        }

        return [.. bytes];
    }
}
