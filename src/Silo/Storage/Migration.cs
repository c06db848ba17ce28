using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Actors.Storage;

/// <summary>One step of the schema, forward only.</summary>
/// <param name="Version">Its place in the order.</param>
/// <param name="Name">What it does.</param>
/// <param name="Sql">How.</param>
internal sealed record Migration(int Version, string Name, string Sql)
{
    /// <summary>Tells an applied migration from one that was edited afterwards.</summary>
    public string Checksum { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The embedded <c>Storage/{engine}/Migrations/NNNN_name.sql</c>, in order.</summary>
    public static IReadOnlyList<Migration> Embedded(string engine)
    {
        var assembly = typeof(Migration).Assembly;
        var prefix = $"Actors.Storage.{engine}.Migrations.";
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(name => Read(assembly, name, name[prefix.Length..^".sql".Length]))
                .OrderBy(migration => migration.Version),
        ];
    }

    // 0001_core → 1, core
    private static Migration Read(Assembly assembly, string resource, string file)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return new Migration(int.Parse(file.AsSpan(0, 4), CultureInfo.InvariantCulture), file[5..], reader.ReadToEnd());
    }
}

/// <summary>A row of <c>schema_migrations</c>.</summary>
internal sealed record AppliedMigration(int Version, string Name, string Checksum);
