using System.Collections.Frozen;

namespace Actors;

/// <summary>What somebody may do.</summary>
internal enum Permission
{
    /// <summary>Make a work order.</summary>
    CreateWorkOrder,

    /// <summary>Know of an order: read it and its log, take part in its chat.</summary>
    SeeWorkOrder,

    /// <summary>Change an order, its steps and its status; delete it; send messages of the system.</summary>
    RunWorkOrder,

    /// <summary>Open an order again that was closed.</summary>
    ReopenWorkOrder,

    /// <summary>Report progress on a step.</summary>
    ReportProgress,

    /// <summary>Set a report right.</summary>
    CorrectProgress,

    /// <summary>Edit or delete a message.</summary>
    ChangeMessage,

    /// <summary>Announce a file of his own.</summary>
    CreateFile,

    /// <summary>Read a file.</summary>
    SeeFile,

    /// <summary>Complete an upload, delete a file.</summary>
    ChangeFile,

    /// <summary>See an account: user, sessions, inbox.</summary>
    SeeUser,

    /// <summary>Change what a user says of himself.</summary>
    ChangeProfile,

    /// <summary>Export all that a user owns and made.</summary>
    TakeDataAlong,

    /// <summary>Change how a user proves who he is; delete his account.</summary>
    ChangeCredentials,

    /// <summary>End sessions of a user other than the one that asks.</summary>
    EndSessions,

    /// <summary>List and search users.</summary>
    ListUsers,

    /// <summary>Give a user a role, factory or tier; lock him.</summary>
    ChangeAccess,

    /// <summary>Act as a user.</summary>
    Impersonate,

    /// <summary>Make a new key that signs tokens.</summary>
    RotateKeys,

    /// <summary>Read the audit log.</summary>
    SeeAudit,

    /// <summary>See and change how queues of jobs work.</summary>
    RunQueues,

    /// <summary>Ask for images and models, or another job.</summary>
    CreateTask,

    /// <summary>Know of a request for images and a model, of a private model, or of another job.</summary>
    SeeTask,

    /// <summary>Choose, try again, cancel, delete; change a model, and show or hide it.</summary>
    RunTask,

    /// <summary>Say that he likes a model, or keep it.</summary>
    ReactToModel,

    /// <summary>Report a public model.</summary>
    ReportModel,

    /// <summary>Read what was reported of models; take one out of the gallery, and restore it.</summary>
    ModerateModels,
}

/// <summary>What somebody is to a thing.</summary>
[Flags]
internal enum Relation
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It is his, or he himself.</summary>
    Own = 1,

    /// <summary>The step that it is about, or one of its steps, is his work.</summary>
    Assigned = 2,

    /// <summary>He wrote it.</summary>
    Author = 4,

    /// <summary>It is made in the factory that he belongs to.</summary>
    Factory = 8,

    /// <summary>Whatever he is to it.</summary>
    Any = 16,
}

/// <summary>
/// Who may do what to what: the one table of the system, for callers of every kind. What it does not give is refused. Rules ask it; who
/// may not even see a thing is told that it does not exist.
/// </summary>
internal static class Permissions
{
    private const Relation None = Relation.None;
    private const Relation Own = Relation.Own;
    private const Relation Assigned = Relation.Assigned;
    private const Relation Author = Relation.Author;
    private const Relation Factory = Relation.Factory;
    private const Relation Any = Relation.Any;

    /// <summary>Of each permission: what an operator, a manager, an administrator and a service has to be to the thing. Customers get nothing yet.</summary>
    private static readonly FrozenDictionary<Permission, Row> Table = new Dictionary<Permission, Row>
    {
        [Permission.CreateWorkOrder] = new(Own, Own, Own, None),
        [Permission.SeeWorkOrder] = new(Own | Assigned, Own | Assigned | Factory, Any, None),
        [Permission.RunWorkOrder] = new(Own, Own | Factory, Any, None),
        [Permission.ReopenWorkOrder] = new(None, Factory, Any, None),
        [Permission.ReportProgress] = new(Own | Assigned, Own | Assigned | Factory, Any, None),
        [Permission.CorrectProgress] = new(Own | Author, Own | Author | Factory, Any, None),
        [Permission.ChangeMessage] = new(Author, Author, Author, None),
        [Permission.CreateFile] = new(Own, Own, Own, None),
        [Permission.SeeFile] = new(Own, Own, Any, None),
        [Permission.ChangeFile] = new(Own, Own, Any, None),
        [Permission.SeeUser] = new(Own, Own, Any, Any),
        [Permission.ChangeProfile] = new(Own, Own, Any, None),
        [Permission.TakeDataAlong] = new(Own, Own, Own, None, InPerson: true),
        [Permission.ChangeCredentials] = new(Own, Own, Own, None, InPerson: true),
        [Permission.EndSessions] = new(Own, Own, Any, None, InPerson: true),
        [Permission.ListUsers] = new(None, None, Any, Any, InPerson: true),
        [Permission.ChangeAccess] = new(None, None, Any, Any, InPerson: true),
        [Permission.Impersonate] = new(None, None, Any, None, InPerson: true),
        [Permission.RotateKeys] = new(None, None, Any, Any, InPerson: true),
        [Permission.SeeAudit] = new(None, None, Any, Any, InPerson: true),
        [Permission.RunQueues] = new(None, None, Any, Any, InPerson: true),
        [Permission.CreateTask] = new(Own, Own, Own, None),
        [Permission.SeeTask] = new(Own, Own, Any, None),
        [Permission.RunTask] = new(Own, Own, Any, None),
        [Permission.ReactToModel] = new(Any, Any, Any, None),
        [Permission.ReportModel] = new(Any, Any, Any, None, InPerson: true),
        [Permission.ModerateModels] = new(None, None, Any, Any, InPerson: true),
    }.ToFrozenDictionary();

    /// <summary>Whether the caller may do it to a thing to which he is what <paramref name="relation"/> says.</summary>
    public static bool Allows(Caller caller, Permission permission, Relation relation = None) =>
        (Of(caller, permission) & (relation | Any)) != None;

    /// <summary>What the caller has to be to a thing, one of these, to do it.</summary>
    public static Relation Of(Caller caller, Permission permission)
    {
        var row = Table[permission];
        if (row.InPerson && caller.ImpersonatorId is not null)
        {
            return None; // an administrator who acts as a user leaves the user's keys alone
        }

        return caller.Type switch
        {
            PrincipalType.System => Any,
            PrincipalType.Service => row.Service,
            PrincipalType.User => caller.Role switch
            {
                UserRole.Admin => row.Admin,
                UserRole.Manager => row.Manager,
                _ => row.Operator,
            },
            _ => None,
        };
    }

    /// <summary>403 unless the caller may.</summary>
    public static void Ensure(Caller caller, Permission permission, string refusal, Relation relation = None)
    {
        if (!Allows(caller, permission, relation))
        {
            throw Errors.Forbidden(refusal);
        }
    }

    /// <param name="Operator">What an operator has to be.</param>
    /// <param name="Manager">A manager.</param>
    /// <param name="Admin">An administrator.</param>
    /// <param name="Service">A service.</param>
    /// <param name="InPerson">Whether an administrator who acts as somebody else may not.</param>
    private readonly record struct Row(Relation Operator, Relation Manager, Relation Admin, Relation Service, bool InPerson = false);
}
