using System.Text.Json;
using Actors.WorkOrders;
using Npgsql;

namespace Actors.Bench;

/// <summary>POST /work-orders: decides, writes order, steps, event and key in one transaction. One round trip.</summary>
internal sealed class CreateOrder(NpgsqlDataSource source, OrderCodes codes)
{
    private const string Order =
        """
        insert into work_orders (id, version, document_version, code, title, status, priority, owner_id, target_quantity, start_at, end_at,
            target_factory_id, procurement_auto_notify, over_production_percent, step_gate, last_message_sequence, created_at, updated_at)
        values ($1, 1, 1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $13)
        """;

    private const string Steps =
        """
        insert into work_order_steps (id, work_order_id, position, step_code, step_name, assignee_id, expected_quantity, estimated_completion_at, status)
        select id, $1, place - 1, code, name, assignee, expected, estimate, 'pending'
        from unnest($2, $3, $4, $5, $6, $7) with ordinality as s (id, code, name, assignee, expected, estimate, place)
        """;

    private static readonly WorkOrderOptions Options = new();

    public async Task HandleAsync(HttpContext context)
    {
        var command = await Commands.ReadAsync(context.Request, Wire.Json.NewOrder);
        var id = Ids.From("work-order", command.Caller.UserId, command.Key);
        byte[] answer;
        try
        {
            answer = await CreateAsync(id, command);
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            answer = await CommandRows.FindAnswerAsync(source, id, command)
                ?? throw new AppException(ErrorKind.Conflict, "WORK_ORDER_CODE_TAKEN", "Another work order has this code.");
        }

        context.Response.Headers.Location = $"/api/v1/work-orders/{id}";
        await Answers.WriteAsync(context, Answers.Envelope(answer), StatusCodes.Status201Created);
    }

    private async Task<byte[]> CreateAsync(string id, Command<NewOrder> command)
    {
        var now = CommandRows.Now;
        var code = command.Body.Code ?? await codes.NextAsync(now);
        var change = WorkOrderRules.Create(null, id, code, ToCommand(command.Body), Options, command.Caller, now);
        var order = change.Next!.Document;
        var answer = JsonSerializer.SerializeToUtf8Bytes(order, Wire.Json.WorkOrder);
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Order)
            .With(order.Id).With(order.Code).With(order.Title).With(WireName.Of(order.Priority)).With(order.OwnerId).With(order.TargetQuantity)
            .With(order.StartAt).With(order.EndAt).With(order.TargetFactoryId).With(order.ProcurementAutoNotify)
            .With((long)order.OverProductionPercent).With(order.StepGate).With(order.CreatedAt));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Steps)
            .With(order.Id)
            .With(Collect(order, s => s.Id)).With(Collect(order, s => s.StepCode)).With(Collect(order, s => s.StepName))
            .With(Collect(order, s => s.AssigneeId)).With(Collect(order, s => s.ExpectedQuantity)).With(Collect(order, s => s.EstimatedCompletionAt)));
        CommandRows.Add(batch, change, command, now, answer);
        await batch.ExecuteNonQueryAsync();
        return answer;
    }

    private static T[] Collect<T>(WorkOrder order, Func<WorkOrderStep, T> value)
    {
        var values = new T[order.Steps.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(order.Steps[i]);
        }

        return values;
    }

    private static CreateWorkOrder ToCommand(NewOrder body) => new()
    {
        Title = body.Title,
        Code = body.Code,
        Priority = body.Priority ?? WorkOrderPriority.Normal,
        TargetQuantity = body.TargetQuantity,
        StartAt = body.StartAt,
        EndAt = body.EndAt,
        TargetFactoryId = body.TargetFactoryId,
        ProcurementAutoNotify = body.ProcurementAutoNotify ?? false,
        OverProductionPercent = body.OverProductionPercent,
        StepGate = body.StepGate,
        Steps =
        [
            .. (body.Steps ?? []).Select(s => new NewStep
            {
                StepCode = s.StepCode,
                StepName = s.StepName,
                ExpectedQuantity = s.ExpectedQuantity,
                AssigneeId = s.AssigneeId,
                EstimatedCompletionAt = s.EstimatedCompletionAt,
            }),
        ],
    };
}
