using Orleans.Concurrency;

namespace Actors.Inboxes;

/// <summary>
/// What waits for one user: his unread messages, kept up to date by the changes of the orders. Key: the user's id. For the user
/// himself and administrators; 404 <c>USER_NOT_FOUND</c> for others. Follows the orders within milliseconds, not within their commits.
/// </summary>
[Alias("inbox-grain")]
public interface IInboxGrain : ITopicGrain
{
    /// <summary>The inbox now. Its changes after <see cref="Inbox.Version"/> bring it up to date, whatever of them it contains already.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<Inbox> Get(CancellationToken cancellationToken);
}
