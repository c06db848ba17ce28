using static Actors.WorkOrders.WorkOrderBuilder;

namespace Actors.WorkOrders;

public sealed class WorkOrderAccessTests
{
    private static WorkOrderState Order => new WorkOrderBuilder().Step("cut", assignee: "assignee").Build();

    [Fact]
    public void Owner_assignee_manager_of_the_factory_and_administrator_see_an_order() =>
        Assert.All([Owner, Assignee, Manager, Admin], caller => Assert.NotNull(WorkOrderAccess.Visible(Order, caller)));

    [Fact]
    public void Nobody_else_learns_that_it_exists()
    {
        var others = new[] { Stranger, new Caller { UserId = "x" }, new Caller { UserId = "x", Role = UserRole.Manager } };

        Assert.All(others, caller => Assert.Equal("WORK_ORDER_NOT_FOUND", Refused.With(() => WorkOrderAccess.Visible(Order, caller))));
        Assert.Equal("WORK_ORDER_NOT_FOUND", Refused.With(() => WorkOrderAccess.Visible(null, Admin)));
    }

    [Fact]
    public void A_manager_without_a_factory_does_not_manage_orders_without_one()
    {
        var order = new WorkOrderBuilder().With(o => o with { TargetFactoryId = null }).Build();

        Assert.Equal("WORK_ORDER_NOT_FOUND", Refused.With(() => WorkOrderAccess.Visible(order, new Caller { UserId = "x", Role = UserRole.Manager })));
    }

    [Fact]
    public void An_assignee_sees_but_does_not_run_the_order()
    {
        Assert.Equal("FORBIDDEN", Refused.With(() => WorkOrderRules.ChangeFields(Order, new() { Title = "x" }, Assignee, Now)));
        Assert.Equal("FORBIDDEN", Refused.With(() => WorkOrderRules.ChangeStatus(Order, new(WorkOrderStatus.Paused), Assignee, Now)));
        Assert.Equal("FORBIDDEN", Refused.With(() => WorkOrderRules.Delete(Order, null, Assignee)));
        Assert.Equal("FORBIDDEN", Refused.With(() => WorkOrderRules.RemoveStep(Order, "cut", null, Assignee, Now)));
    }

    [Fact]
    public void An_assignee_reports_on_his_own_step_only()
    {
        var order = new WorkOrderBuilder().Step("cut", assignee: "assignee").Step("weld", assignee: "somebody").Build();

        Assert.NotNull(WorkOrderRules.ReportProgress(order, new() { StepCode = "cut", CompletedQuantity = 1 }, Assignee, Now));
        Assert.Equal("FORBIDDEN", Refused.With(() =>
            WorkOrderRules.ReportProgress(order, new() { StepCode = "weld", CompletedQuantity = 1 }, Assignee, Now)));
    }
}
