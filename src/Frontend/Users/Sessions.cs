namespace Actors.Users;

/// <summary>Opens sessions: the one place where somebody who proved who he is gets what he calls with.</summary>
internal sealed class Sessions(Tokens tokens)
{
    /// <summary>A session of a user who was found to be himself.</summary>
    public Task<Session> OpenAsync(User user) => Task.FromResult(new Session(user, tokens.Issue(user)));
}
