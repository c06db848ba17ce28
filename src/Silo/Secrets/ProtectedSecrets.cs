using Microsoft.AspNetCore.DataProtection;

namespace Actors.Secrets;

/// <summary>Secrets encrypted by ASP.NET's data protection.</summary>
internal sealed class ProtectedSecrets(IDataProtectionProvider protection, MasterKey master) : ISecrets
{
    public string Protect(string purpose, byte[] secret) => Convert.ToBase64String(protection.CreateProtector(purpose).Protect(secret));

    public byte[] Unprotect(string purpose, string text) => protection.CreateProtector(purpose).Unprotect(Convert.FromBase64String(text));

    public byte[] DeriveKey(string purpose) => master.Derive(purpose);
}
