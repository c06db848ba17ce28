using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Actors.Mail;
using Actors.Storage;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Actors.Users;

/// <summary>The side of an address's codes that is turned to the system.</summary>
internal interface IEmailCodeUpkeep : IGrainWithStringKey
{
    /// <summary>Forgets the codes. Nobody waits for it: what it misses is gone a day later by itself.</summary>
    [Alias("forget"), OneWay]
    Task Forget(string email);
}

/// <summary>
/// The codes of one address. Key: <see cref="EmailCodes.KeyOf"/>. Owns: at most one code holds, no try goes uncounted, no code is used
/// twice, and an answer does not tell whether the address has an account. Durable once a method returns; the mail is in the outbox then.
/// </summary>
internal sealed class EmailCodeGrain(
    ICommitStore store, Database database, PasswordHasher hasher, Lockout lockout, IOptions<EmailCodeOptions> options, MailSignal signal, TimeProvider time)
    : Grain, IEmailCodeGrain, IEmailCodeUpkeep
{
    private const int MostForgotten = 1_000;

    private ImmutableArray<EmailCode> _codes; // the newest first; as many as the limit of an hour needs

    private DateTimeOffset Now => time.GetStorableNow();

    public async Task Request(RequestEmailCode command)
    {
        EmailCodeRules.Validate(command);
        await GrainFactory.EnsureMayAsync("code", command.Client, options.Value.PerClient);
        await LoadAsync(command.Email);
        if (!EmailCodeRules.MaySend(_codes, options.Value, Now))
        {
            return;
        }

        await EnsureRoomAsync();
        var digits = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        var hash = await hasher.HashAsync(digits);
        var now = Now;
        var code = new EmailCode(Ids.New(now), command.Email, hash, now, now + options.Value.Lifetime, Version: 1);
        var mail = CodeMail.Write(code.Id, code.Email, digits, options.Value.Lifetime, command.InChinese, now);
        var ended = _codes.Take(1).Select(before => EmailCodeRules.End(before, now)).ToImmutableArray();
        await CommitAsync(
            new Commit
            {
                Id = code.Id,
                ExpectedVersion = 0,
                Root = EmailCode.Table.Insert(code),
                Rows = [.. ended.Select(EmailCode.Table.Update), OutgoingMail.Table.Insert(mail)],
            },
            [code, .. ended, .. _codes.Skip(1).Take(options.Value.PerAddress - ended.Length - 1)]);
        signal.Set();
    }

    public async Task<SignedIn> SignIn(UseEmailCode command)
    {
        await lockout.CheckAsync(command.Email, command.Device.Ip);
        return await UseAsync(command, ConfirmAsync);
    }

    public async Task<SignedIn> ResetPassword(UseEmailCode command, string newPassword)
    {
        UserRules.ValidatePassword("newPassword", newPassword);
        await lockout.CheckAsync(email: null, command.Device.Ip); // a reset is the way out of a locked account, not of a locked address
        return await UseAsync(command, async (email, caller) =>
        {
            var user = await ConfirmAsync(email, caller);
            return await GrainFactory.GetGrain<IUserGrain>(user.Id).SetPassword(newPassword);
        });
    }

    public async Task Forget(string email)
    {
        await LoadAsync(email);
        var codes = await EmailCode.ListAsync(database, email, MostForgotten);
        if (codes.IsEmpty)
        {
            return;
        }

        await CommitAsync(
            new Commit
            {
                Id = codes[0].Id,
                ExpectedVersion = codes[0].Version,
                Root = EmailCode.Table.Delete(codes[0]),
                Rows = [.. codes.Skip(1).Select(EmailCode.Table.Delete)],
            },
            []);
    }

    // The effect comes before the code is used up: whoever gets no answer can try again. A repetition of the effect changes nothing more.
    private async Task<SignedIn> UseAsync(UseEmailCode command, Func<string, Caller?, Task<User>> effect)
    {
        EmailCodeRules.Validate(command);
        await GrainFactory.EnsureMayAsync("try", command.Device.Ip, options.Value.TriesPerClient);
        await LoadAsync(command.Email);
        var code = _codes.IsEmpty || !EmailCodeRules.Holds(_codes[0], Now) ? null : _codes[0];
        if (!await hasher.VerifyAsync(command.Code, code?.CodeHash))
        {
            if (code is not null)
            {
                await ReplaceAsync(EmailCodeRules.Fail(code));
            }

            var userId = await GrainFactory.GetGrain<IUserQueriesGrain>(0).FindByEmail(command.Email) ?? UnknownUser.IdOf(command.Email);
            await lockout.FailAsync(email: null, command.Device.Ip, userId, UserAudit.LogInFailed(SignInGrants.Code)); // the code itself counts for the account
            throw EmailCodeRules.Refused();
        }

        var caller = Caller.Current;
        (Caller.Current, CommandKey.Current) = (Caller.System, null);
        var user = await effect(command.Email, caller);
        try
        {
            var signedIn = await GrainFactory.GetGrain<IUserGrain>(user.Id).OpenSession(command.Device, SignInGrants.Code);
            await ReplaceAsync(EmailCodeRules.Use(code!, user.Id, Now));
            return signedIn;
        }
        catch (AppException more) when (more.Code == SecondFactorChallenge.Required)
        {
            await ReplaceAsync(EmailCodeRules.Use(code!, user.Id, Now)); // it has done what it could
            throw;
        }
    }

    private async Task<User> ConfirmAsync(string email, Caller? caller)
    {
        try
        {
            return await ConfirmOnceAsync(email, caller);
        }
        catch (AppException taken) when (taken.Kind == ErrorKind.Conflict)
        {
            // Somebody registered with the address in between: then that is the account.
            return await ConfirmOnceAsync(email, caller);
        }
    }

    private async Task<User> ConfirmOnceAsync(string email, Caller? caller)
    {
        var id = await GrainFactory.GetGrain<IUserQueriesGrain>(0).FindByEmail(email) ?? Ids.New(Now);
        return await GrainFactory.GetGrain<IUserGrain>(id).ConfirmEmail(new ConfirmEmail(email, ByHimself: caller?.UserId == id));
    }

    private async Task LoadAsync(string email)
    {
        if (EmailCodes.KeyOf(email) != this.GetPrimaryKeyString())
        {
            throw Errors.Invalid("email", "is not the address of this grain");
        }

        if (_codes.IsDefault)
        {
            _codes = await EmailCode.ListAsync(database, email, options.Value.PerAddress);
        }
    }

    private async Task EnsureRoomAsync()
    {
        var full = await database.FirstAsync(
            "select id from mail_outbox order by next_attempt_at limit 1 offset @limit",
            [("limit", options.Value.QueueLimit - 1)],
            row => row.GetString(0));
        if (full is not null)
        {
            throw Errors.Unavailable("Too many mails wait to be sent; try again later.");
        }
    }

    private Task ReplaceAsync(EmailCode next) => CommitAsync(
        new Commit { Id = next.Id, ExpectedVersion = next.Version - 1, Root = EmailCode.Table.Update(next) },
        _codes.SetItem(0, next));

    private async Task CommitAsync(Commit commit, ImmutableArray<EmailCode> next)
    {
        var outcome = await store.CommitAsync(commit);
        if (outcome.Status == CommitStatus.Committed)
        {
            _codes = next;
            return;
        }

        if (outcome.Status != CommitStatus.NotWritten)
        {
            DeactivateOnIdle(); // another writer, or an outcome that nobody knows: the rows are read anew
        }

        throw Errors.Unavailable("The code could not be kept; try again.");
    }
}
