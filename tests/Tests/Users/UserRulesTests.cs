using Actors.WorkOrders;

namespace Actors.Users;

public sealed class UserRulesTests
{
    private static readonly RegisterUser Valid = new() { Email = "Anna@Example.org", Password = "correct horse", Username = "安娜" };

    [Fact]
    public void A_new_user_is_a_free_operator_with_a_lower_case_address()
    {
        var user = UserRules.Register(null, "id", Valid, "hash", WorkOrderBuilder.Now).Next!.User;

        Assert.Equal(("anna@example.org", UserTier.Free, UserRole.Operator), (user.Email, user.Tier, user.Role));
    }

    [Theory]
    [InlineData("", "email")]
    [InlineData("a", "email")]
    [InlineData("a@b@c", "email")]
    [InlineData("Anna <a@b.c>", "email")]
    public void An_address_is_one(string email, string field) =>
        Assert.Contains(field, Refused.Fields(() => UserRules.Validate(Valid with { Email = email })));

    [Theory]
    [InlineData("1234567")]
    [InlineData("        ")]
    [InlineData("1234567\0")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789012")]
    public void A_password_has_limits(string password) =>
        Assert.Contains("password", Refused.Fields(() => UserRules.Validate(Valid with { Password = password })));

    [Fact]
    public void A_password_is_never_in_text() =>
        Assert.DoesNotContain("correct horse", Valid.ToString(), StringComparison.Ordinal);

    [Fact]
    public void Only_an_administrator_changes_access()
    {
        var state = UserRules.Register(null, "id", Valid, "hash", WorkOrderBuilder.Now).Next!;

        Assert.Equal("FORBIDDEN", Refused.With(() =>
            UserRules.Administer(state, new() { Role = UserRole.Admin }, WorkOrderBuilder.Manager, WorkOrderBuilder.Now)));
        Assert.Equal(["factoryId"], Refused.Fields(() =>
            UserRules.Administer(state, new() { Role = UserRole.Manager }, WorkOrderBuilder.Admin, WorkOrderBuilder.Now)));
        Assert.Equal(
            UserRole.Manager,
            UserRules.Administer(state, new() { Role = UserRole.Manager, FactoryId = "f" }, WorkOrderBuilder.Admin, WorkOrderBuilder.Now)!.Next!.User.Role);
    }
}
