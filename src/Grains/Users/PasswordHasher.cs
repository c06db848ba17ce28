using System.ComponentModel.DataAnnotations;
using System.Text;
using Microsoft.Extensions.Options;
using Bcrypt = BCrypt.Net.BCrypt;

namespace Actors.Users;

/// <summary>How passwords are hashed. Configuration section <c>Passwords</c>.</summary>
public sealed class PasswordOptions
{
    /// <summary>Bcrypt's cost: each step doubles the time of a login and of a guess. Default 10.</summary>
    [Range(4, 15)]
    public int BcryptCost { get; set; } = 10;
}

/// <summary>
/// Bcrypt (001-183), off the grains' threads, and on at most half of the cores: a flood of logins must not starve the rest.
/// </summary>
internal sealed class PasswordHasher(IOptions<PasswordOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Compared with when there is no user: the answer takes as long as for a wrong password.</summary>
    private readonly Lazy<string> _nobody = new(() => Bcrypt.HashPassword("nobody", options.Value.BcryptCost));

    public Task<string> HashAsync(string password) => RunAsync(() => Bcrypt.HashPassword(password, options.Value.BcryptCost));

    /// <summary>
    /// Whether the password belongs to the hash; with no hash, false after the same time. Bcrypt reads no more than
    /// <see cref="UserLimits.PasswordMaxBytes"/>: a longer password would pass for the one that it begins with.
    /// </summary>
    public Task<bool> VerifyAsync(string password, string? hash) => RunAsync(() =>
        PasswordHashes.Verify(password, string.IsNullOrEmpty(hash) ? _nobody.Value : hash)
        && !string.IsNullOrEmpty(hash)
        && Encoding.UTF8.GetByteCount(password) <= UserLimits.PasswordMaxBytes);

    /// <summary>Whether the hash was made in another way, or at another cost, than the settings want.</summary>
    public bool NeedsRehash(string hash) => !PasswordHashes.IsBcrypt(hash, options.Value.BcryptCost);

    public void Dispose() => _slots.Dispose();

    private async Task<T> RunAsync<T>(Func<T> work)
    {
        await _slots.WaitAsync();
        try
        {
            return await Task.Run(work);
        }
        finally
        {
            _slots.Release();
        }
    }
}
