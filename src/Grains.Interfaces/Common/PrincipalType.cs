namespace Actors;

/// <summary>What kind of caller somebody is.</summary>
public enum PrincipalType
{
    /// <summary>A user with an account.</summary>
    User = 0,

    /// <summary>Another service of the same operator, by a client id and a secret.</summary>
    Service = 1,

    /// <summary>A customer who follows an order without an account.</summary>
    Customer = 2,

    /// <summary>The system itself.</summary>
    System = 3,

    /// <summary>Nobody known: whoever failed to prove who he is. Never a caller.</summary>
    Anonymous = 4,
}
