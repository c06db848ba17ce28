using System.Data.Common;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Actors.Audit;
using Actors.Blobs;
using Actors.Generation;
using Actors.Models;
using Actors.Storage;
using Actors.WorkOrders;
using Orleans.Concurrency;

namespace Actors.Users;

/// <inheritdoc cref="IUserExportGrain"/>
[StatelessWorker]
internal sealed class UserExportGrain(ICommitStore store, Database database, TimeProvider time) : Grain, IUserExportGrain
{
    private const int PageRows = 200;

    // Without them every message of the system would have to be looked at.
    private const string Mine =
        """
        (select id from work_orders where owner_id = @me
         union select work_order_id from work_order_steps where assignee_id = @me
         union select work_order_id from work_order_read_cursors where user_id = @me)
        """;

    private static readonly JsonWriterOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task Begin()
    {
        EnsureHimself();
        await GrainFactory.EnsureMayAsync("export", this.GetPrimaryKeyString(), IUserExportGrain.PerHour);
        var entry = AuditRows.Write(UserAudit.Exported(), this.GetPrimaryKeyString(), time.GetStorableNow());
        await AuditRows.AppendAsync(store, [entry]);
    }

    public async Task<ExportPage> Read(ExportSection section, string? after, CancellationToken cancellationToken)
    {
        EnsureHimself();
        new Validator().Defined("section", section).OptionalText("after", after, Ids.MaxLength).ThrowIfInvalid();
        var (table, isHis) = SourceOf(section);
        var rows = await database.RowsOf(this.GetPrimaryKeyString()).ListAsync(
            $"select t.id, {string.Join(", ", table.Columns.Select(c => $"t.{c.Name}"))} from {table.Name} t where {isHis} and t.id > @after order by t.id limit @limit",
            [("me", this.GetPrimaryKeyString()), ("after", after ?? ""), ("limit", PageRows)],
            row => (Id: row.GetString(0), Json: Write(table, row, first: 1)),
            cancellationToken);
        return new([.. rows.Select(r => r.Json)], rows.Length == PageRows ? rows[^1].Id : null);
    }

    private static (Table Table, string IsHis) SourceOf(ExportSection section) => section switch
    {
        ExportSection.Identities => (IdentityGrain.Table, "t.user_id = @me"),
        ExportSection.WorkOrders => (WorkOrderState.Table, "t.owner_id = @me"),
        ExportSection.Steps => (StepRow.Table, "t.work_order_id in (select id from work_orders where owner_id = @me)"),
        ExportSection.Messages => (WorkOrderRows.Messages, $"t.created_by = @me and t.work_order_id in {Mine}"),
        ExportSection.Tasks => (GenerationState.Table, "t.user_id = @me"),
        ExportSection.Models => (ModelState.Table, "t.user_id = @me"),
        ExportSection.Interactions => (InteractionRow.Table, "t.user_id = @me"),
        ExportSection.Reports => (ReportRow.Table, "t.user_id = @me"),
        ExportSection.Files => (BlobState.Table, "t.owner_id = @me and t.deleted_at is null"),
        _ => (WorkOrderRows.ProgressLogs, $"t.confirmed_by = @me and t.work_order_id in {Mine}"),
    };

    private static string Write(Table table, DbDataReader row, int first)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, AsWritten))
        {
            json.WriteStartObject();
            for (var c = 0; c < table.Columns.Count; c++)
            {
                json.WritePropertyName(CamelCase(table.Columns[c].Name));
                WriteValue(json, row, first + c, table.Columns[c].Type);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static void WriteValue(Utf8JsonWriter json, DbDataReader row, int ordinal, ColumnType type)
    {
        switch (type)
        {
            case var _ when row.IsDBNull(ordinal):
                json.WriteNullValue();
                break;
            case ColumnType.Integer:
                json.WriteNumberValue(row.GetInt64(ordinal));
                break;
            case ColumnType.Boolean:
                json.WriteBooleanValue(row.GetBoolean(ordinal));
                break;
            case ColumnType.Timestamp:
                json.WriteStringValue(row.GetTimestamp(ordinal).UtcDateTime);
                break;
            case ColumnType.Json:
                json.WriteRawValue(row.GetString(ordinal));
                break;
            case ColumnType.Bytes:
                json.WriteBase64StringValue(row.GetFieldValue<byte[]>(ordinal));
                break;
            default:
                json.WriteStringValue(row.GetString(ordinal));
                break;
        }
    }

    // work_order_id → workOrderId
    private static string CamelCase(string name) =>
        string.Concat(name.Split('_').Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));

    private void EnsureHimself()
    {
        if (Caller.Current is not { } caller || caller.UserId != this.GetPrimaryKeyString() || !Permissions.Allows(caller, Permission.TakeDataAlong, Relation.Own))
        {
            throw new AppException(ErrorKind.NotFound, UserRules.NotFoundCode, "There is no such user.");
        }
    }
}
