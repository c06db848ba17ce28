namespace Actors.Storage;

/// <summary>Learns of commits once they are durable. Called on the flight's thread: must be quick and must not throw.</summary>
internal interface ICommitObserver
{
    /// <summary>A commit is durable.</summary>
    void OnCommitted(Commit commit);

    /// <summary>All commits of a transaction were told.</summary>
    void OnFlightLanded();
}
