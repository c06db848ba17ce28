namespace Actors.Users;

/// <summary>The table of who may do what, held against this one, cell by cell.</summary>
public sealed class PermissionsTests
{
    // o: his own, s: a step is his, w: he wrote it, f: of his factory, *: whatever it is, -: never.
    private const string Expected =
        """
        permission          operator  manager  admin  service  customer  impersonated
        CreateWorkOrder     o         o        o      -        -         o
        SeeWorkOrder        os        osf      *      -        -         os
        RunWorkOrder        o         of       *      -        -         o
        ReopenWorkOrder     -         f        *      -        -         -
        ReportProgress      os        osf      *      -        -         os
        CorrectProgress     ow        owf      *      -        -         ow
        ChangeMessage       w         w        w      -        -         w
        CreateFile          o         o        o      -        -         o
        SeeFile             o         o        *      -        -         o
        ChangeFile          o         o        *      -        -         o
        SeeUser             o         o        *      *        -         o
        ChangeProfile       o         o        *      -        -         o
        TakeDataAlong       o         o        o      -        -         -
        ChangeCredentials   o         o        o      -        -         -
        EndSessions         o         o        *      -        -         -
        ListUsers           -         -        *      *        -         -
        ChangeAccess        -         -        *      *        -         -
        Impersonate         -         -        *      -        -         -
        RotateKeys          -         -        *      *        -         -
        SeeAudit            -         -        *      *        -         -
        RunQueues           -         -        *      *        -         -
        CreateTask          o         o        o      -        -         o
        SeeTask             o         o        *      -        -         o
        RunTask             o         o        *      -        -         o
        ReactToModel        *         *        *      -        -         *
        ReportModel         *         *        *      -        -         -
        ModerateModels      -         -        *      *        -         -
        """;

    private static readonly Dictionary<string, Caller> Callers = new(StringComparer.Ordinal)
    {
        ["operator"] = new() { UserId = "u", Role = UserRole.Operator, FactoryId = "f" },
        ["manager"] = new() { UserId = "u", Role = UserRole.Manager, FactoryId = "f" },
        ["admin"] = new() { UserId = "u", Role = UserRole.Admin },
        // Whatever role a service or a customer is said to have, it is no user's.
        ["service"] = new() { UserId = "u", Role = UserRole.Admin, Type = PrincipalType.Service },
        ["customer"] = new() { UserId = "u", Role = UserRole.Admin, Type = PrincipalType.Customer },
        ["impersonated"] = new() { UserId = "u", Role = UserRole.Operator, ImpersonatorId = "admin" },
    };

    private static readonly Dictionary<Relation, char> Letters = new()
    {
        [Relation.Own] = 'o',
        [Relation.Assigned] = 's',
        [Relation.Author] = 'w',
        [Relation.Factory] = 'f',
    };

    [Fact]
    public void Every_permission_is_in_the_table_of_the_test() =>
        Assert.Equal(Enum.GetNames<Permission>(), Rows().Skip(1).Select(row => row[0]));

    [Fact]
    public void Every_caller_may_do_what_the_table_says_and_nothing_else()
    {
        var columns = Rows().First();
        foreach (var row in Rows().Skip(1))
        {
            var permission = Enum.Parse<Permission>(row[0]);
            for (var c = 1; c < columns.Length; c++)
            {
                foreach (var (relation, letter) in Letters)
                {
                    Assert.True(
                        Permissions.Allows(Callers[columns[c]], permission, relation) == (row[c] == "*" || row[c].Contains(letter, StringComparison.Ordinal)),
                        $"{columns[c]}, {permission}, {relation}");
                }

                Assert.Equal(row[c] == "*", Permissions.Allows(Callers[columns[c]], permission, Relation.None));
            }
        }
    }

    [Fact]
    public void The_system_may_do_everything() =>
        Assert.All(Enum.GetValues<Permission>(), permission => Assert.True(Permissions.Allows(Caller.System, permission)));

    [Fact]
    public void An_administrator_who_acts_as_an_administrator_has_no_power_over_accounts() =>
        Assert.All(
            [Permission.ListUsers, Permission.ChangeAccess, Permission.Impersonate, Permission.RotateKeys, Permission.SeeAudit, Permission.EndSessions],
            permission => Assert.False(Permissions.Allows(new() { UserId = "u", Role = UserRole.Admin, ImpersonatorId = "other" }, permission, Relation.Own)));

    private static IEnumerable<string[]> Rows() =>
        Expected.ReplaceLineEndings("\n").Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
