using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Actors.Storage;

public sealed class StorageOptionsTests
{
    [Fact]
    public void Without_any_setting_the_data_is_in_a_file_below_the_working_folder()
    {
        var options = Read();

        Assert.Null(options.PostgreSql);
        Assert.Equal(Path.Combine(".", "data", "actors.db"), options.SqlitePath);
    }

    [Fact]
    public void ACTORS_DATA_names_the_folder_of_the_file() =>
        Assert.Equal(Path.Combine("/srv", "actors.db"), Read(("ACTORS_DATA", "/srv")).SqlitePath);

    [Fact]
    public void DATABASE_URL_goes_before_the_connection_string() =>
        Assert.Equal("Host=a", Read(("DATABASE_URL", "postgres://a"), ("ConnectionStrings:Postgres", "Host=b")).PostgreSql);

    [Fact]
    public void The_connection_string_chooses_PostgreSQL() =>
        Assert.Equal("Host=b", Read(("ConnectionStrings:Postgres", "Host=b")).PostgreSql);

    [Theory]
    [InlineData("Storage:QueueLimit", "0", "Storage:QueueLimit must be between")]
    [InlineData("Storage:MaxBatch", "5000", "Storage:MaxBatch must be between")]
    [InlineData("Storage:Flights", "0", "Storage:Flights must be between")]
    [InlineData("Storage:ConnectTimeout", "00:00:00", "Storage:ConnectTimeout must be between")]
    [InlineData("Storage:CommandTimeout", "00:00:01", "Storage:CommandTimeout must be between")]
    [InlineData("Storage:IdempotencyRetention", "00:00:10", "Storage:IdempotencyRetention must be 1 hour or longer")]
    [InlineData("Storage:LogRetention", "23:59:59", "Storage:LogRetention must be between 1 and 3650 days")]
    [InlineData("DATABASE_URL", "mysql://x", "DATABASE_URL: a database address must start with")]
    public void A_bad_setting_is_refused_with_a_sentence_that_names_it(string name, string value, string sentence)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Read((name, value)));

        Assert.StartsWith(sentence, exception.Message, StringComparison.Ordinal);
    }

    private static StorageOptions Read(params (string Name, string Value)[] settings) => StorageOptions.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))).Build());
}
