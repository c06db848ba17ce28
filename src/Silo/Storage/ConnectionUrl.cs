using Npgsql;

namespace Actors.Storage;

/// <summary>
/// Reads a PostgreSQL address as it is written in <c>DATABASE_URL</c>: libpq's form
/// <c>postgres[ql]://user:password@host:port/database?sslmode=require</c> (percent-encoded), or Npgsql's keywords
/// <c>Host=…;Username=…</c>.
/// </summary>
public static class ConnectionUrl
{
    // libpq's and Prisma's names where Npgsql has another; null: meant for another client, without a meaning here.
    private static readonly Dictionary<string, string?> Parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["channel_binding"] = "Channel Binding",
        ["target_session_attrs"] = "Target Session Attributes",
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["options"] = "Options",
        ["host"] = "Host",
        ["port"] = "Port",
        ["user"] = "Username",
        ["password"] = "Password",
        ["dbname"] = "Database",
        ["schema"] = "Search Path",
        ["pgbouncer"] = null,
        ["connection_limit"] = null,
        ["pool_timeout"] = null,
    };

    /// <summary>The address in Npgsql's keyword form.</summary>
    /// <exception cref="FormatException">It is neither form; the message never holds the address, which has a password in it.</exception>
    public static string Parse(string text)
    {
        text = text.Trim();
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return ParseKeywords(text);
        }

        if (text[..scheme] is not ("postgres" or "postgresql"))
        {
            throw new FormatException("a database address must start with postgres:// or postgresql://.");
        }

        var builder = new NpgsqlConnectionStringBuilder();
        var (address, query) = Split(text[(scheme + 3)..], '?');
        var (authority, database) = Split(address, '/');
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            var (user, password) = Split(authority[..at], ':');
            builder.Username = Decode(user);
            builder.Password = password.Length == 0 ? null : Decode(password);
        }

        if (database.Length > 0)
        {
            builder.Database = Decode(database);
        }

        SetHosts(builder, authority[(at + 1)..]);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            SetParameter(builder, pair);
        }

        return string.IsNullOrEmpty(builder.Host) ? throw new FormatException("the database address names no host.") : builder.ConnectionString;
    }

    private static string ParseKeywords(string text)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(text);
            return string.IsNullOrEmpty(builder.Host) ? throw new FormatException("the database address names no host.") : builder.ConnectionString;
        }
        catch (Exception exception) when (exception is ArgumentException or KeyNotFoundException or InvalidCastException)
        {
            throw new FormatException("a database address is postgres://user:password@host:port/database or Host=...;Username=...;Password=...;Database=....", exception);
        }
    }

    private static void SetHosts(NpgsqlConnectionStringBuilder builder, string hosts)
    {
        if (hosts.Length == 0)
        {
            return; // postgres:///database?host=/var/run/postgresql
        }

        if (hosts.Contains(',', StringComparison.Ordinal))
        {
            builder.Host = Decode(hosts); // a,b:5433 — Npgsql's own form
            builder.TargetSessionAttributes = "primary"; // commits need the one that takes writes
            return;
        }

        var colon = hosts.LastIndexOf(':');
        if (colon > hosts.LastIndexOf(']')) // [::1]:5432 — the colons of an IPv6 address are no port
        {
            if (!ushort.TryParse(hosts[(colon + 1)..], out var port) || port == 0)
            {
                throw new FormatException("the port of the database address is not a number between 1 and 65535.");
            }

            builder.Port = port;
            hosts = hosts[..colon];
        }

        builder.Host = Decode(hosts).Trim('[', ']');
    }

    private static void SetParameter(NpgsqlConnectionStringBuilder builder, string pair)
    {
        var (name, value) = Split(pair, '=');
        name = Decode(name);
        var keyword = Parameters.TryGetValue(name, out var known) ? known : name;
        if (keyword is null)
        {
            return;
        }

        value = Decode(value);
        try
        {
            // verify-full → VerifyFull
            builder[keyword] = keyword is "SSL Mode" or "Channel Binding" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception exception) when (exception is ArgumentException or KeyNotFoundException or FormatException or InvalidCastException)
        {
            throw new FormatException($"the database address has a parameter '{name}' that is unknown or has a bad value.", exception);
        }
    }

    private static (string Before, string After) Split(string text, char separator)
    {
        var index = text.IndexOf(separator, StringComparison.Ordinal);
        return index < 0 ? (text, "") : (text[..index], text[(index + 1)..]);
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text);
}
