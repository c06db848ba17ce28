using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Actors.Secrets;

/// <summary>Encrypts the keys of the key ring under the master key: AES-256-GCM, nonce ‖ tag ‖ text.</summary>
internal sealed class MasterKeyXmlEncryptor(MasterKey master) : IXmlEncryptor
{
    internal const string Purpose = "key-ring";
    internal const int NonceBytes = 12;
    internal const int TagBytes = 16;

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var box = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(master.Derive(Purpose), TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes));
        CryptographicOperations.ZeroMemory(plain);
        return new EncryptedXmlInfo(new XElement("encrypted", Convert.ToBase64String(box)), typeof(MasterKeyXmlDecryptor));
    }
}

/// <summary>Reads what <see cref="MasterKeyXmlEncryptor"/> wrote. Made by data protection, from the name of the type that stands beside the key.</summary>
internal sealed class MasterKeyXmlDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var box = Convert.FromBase64String(encryptedElement.Value);
        var plain = new byte[box.Length - MasterKeyXmlEncryptor.NonceBytes - MasterKeyXmlEncryptor.TagBytes];
        using var aes = new AesGcm(services.GetRequiredService<MasterKey>().Derive(MasterKeyXmlEncryptor.Purpose), MasterKeyXmlEncryptor.TagBytes);
        aes.Decrypt(
            box.AsSpan(0, MasterKeyXmlEncryptor.NonceBytes),
            box.AsSpan(MasterKeyXmlEncryptor.NonceBytes + MasterKeyXmlEncryptor.TagBytes),
            box.AsSpan(MasterKeyXmlEncryptor.NonceBytes, MasterKeyXmlEncryptor.TagBytes),
            plain);
        var element = XElement.Parse(Encoding.UTF8.GetString(plain));
        CryptographicOperations.ZeroMemory(plain);
        return element;
    }
}
