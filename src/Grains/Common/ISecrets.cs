namespace Actors;

/// <summary>Keeps secrets: what is stored is encrypted under keys that are not in the same place. The silo knows how.</summary>
public interface ISecrets
{
    /// <summary>Encrypts, as text that may be stored. Only the same purpose reads it again.</summary>
    string Protect(string purpose, byte[] secret);

    /// <summary>What <see cref="Protect"/> encrypted.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It was changed, or the keys are others.</exception>
    byte[] Unprotect(string purpose, string text);

    /// <summary>A key of 32 bytes that is the same in every silo, and another for each purpose.</summary>
    byte[] DeriveKey(string purpose);
}
