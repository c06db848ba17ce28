using System.Text.Json;
using Actors.WorkOrders;
using Npgsql;

namespace Actors.Bench;

/// <summary>POST …/progress: reads the order, decides, writes five rows in one transaction. Two round trips.</summary>
/// <remarks>
/// The fence is the order's version: of two writers the second finds it taken, in the change event's key, which undoes all of his. That is
/// cheaper than a row lock, which needs a transaction over both round trips.
/// </remarks>
internal sealed class ReportOnStep(NpgsqlDataSource source)
{
    private const int MaxAttempts = 10;

    private const string Order =
        "update work_orders set version = $3, document_version = $3, status = $4, updated_at = $5 where id = $1 and version = $2";

    private const string Step = "update work_order_steps set completed_quantity = $2, defective_quantity = $3, status = $4 where id = $1";

    private const string Log =
        """
        insert into work_order_progress_logs (work_order_id, version, id, step_code, completed_quantity, defective_quantity,
            confirmation_mode, confirmed_by, confirmed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    public async Task HandleAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        var command = await Commands.ReadAsync(context.Request, Wire.Json.StepReport);
        var report = new ReportProgress
        {
            StepCode = (string)context.Request.RouteValues["stepCode"]!,
            CompletedQuantity = command.Body.CompletedQuantity,
            DefectiveQuantity = command.Body.DefectiveQuantity ?? 0,
            ConfirmationMode = command.Body.ConfirmationMode ?? ConfirmationMode.Manual,
        };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Answers.WriteAsync(context, Answers.Envelope(await ReportAsync(id, report, command)));
                return;
            }
            catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation && attempt < MaxAttempts)
            {
                // Another writer was faster, or the command was carried out before.
                if (await CommandRows.FindAnswerAsync(source, id, command) is { } earlier)
                {
                    await Answers.WriteAsync(context, Answers.Envelope(earlier));
                    return;
                }
            }
        }
    }

    private async Task<byte[]> ReportAsync(string id, ReportProgress report, Command<StepReport> command)
    {
        var state = await OrderRows.LoadAsync(source, id);
        var now = CommandRows.Now;
        Change<WorkOrderState> change;
        try
        {
            change = WorkOrderRules.ReportProgress(state, report, command.Caller, now);
        }
        catch (AppException)
        {
            // The first time it may have been accepted: a repetition must not be refused because of its own effect.
            if (await CommandRows.FindAnswerAsync(source, id, command) is { } earlier)
            {
                return earlier;
            }

            throw;
        }

        var answer = JsonSerializer.SerializeToUtf8Bytes(change.Next!.Document, Wire.Json.WorkOrder);
        await using var batch = source.CreateBatch();
        AddOrder(batch, state!, change.Next);
        AddLog(batch, (ProgressLog)change.Rows[0].Row);
        CommandRows.Add(batch, change, command, now, answer);
        await batch.ExecuteNonQueryAsync();
        return answer;
    }

    private static void AddOrder(NpgsqlBatch batch, WorkOrderState before, WorkOrderState after)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Order)
            .With(after.Document.Id).With(before.Version).With(after.Version).With(WireName.Of(after.Document.Status)).With(after.Document.UpdatedAt));
        for (var i = 0; i < after.Document.Steps.Length; i++)
        {
            var step = after.Document.Steps[i];
            if (step != before.Document.Steps[i])
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(Step)
                    .With(step.Id).With(step.CompletedQuantity).With(step.DefectiveQuantity).With(WireName.Of(step.Status)));
            }
        }
    }

    private static void AddLog(NpgsqlBatch batch, ProgressLog log) => batch.BatchCommands.Add(new NpgsqlBatchCommand(Log)
        .With(log.WorkOrderId).With(log.Version).With(log.Id).With(log.StepCode).With(log.CompletedQuantity).With(log.DefectiveQuantity)
        .With(WireName.Of(log.ConfirmationMode)).With(log.ConfirmedBy).With(log.ConfirmedAt));
}
