using System.Text.RegularExpressions;
using Actors.Infrastructure;
using MimeKit;

namespace Actors.Mail;

/// <summary>The mails in a folder of <c>.eml</c> files: the drop folder, or what an SMTP server got.</summary>
internal sealed partial class Mailbox(string folder)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>Where an embedded system without a mail server puts its mails.</summary>
    public static Mailbox Of(ActorsApp app) => new(Path.Combine(app.Folder, "mail"));

    /// <summary>The mails to an address that are there now.</summary>
    public List<MimeMessage> To(string address) => Directory.Exists(folder)
        ? [.. Directory.GetFiles(folder, "*.eml").Select(Load).Where(m => m.To.Mailboxes.Any(to => to.Address == address))]
        : [];

    /// <summary>All mails that are there now.</summary>
    public List<MimeMessage> All() => Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.eml").Select(Load)] : [];

    /// <summary>Waits until so many mails to an address are there.</summary>
    public async Task<List<MimeMessage>> WaitForAsync(string address, int count = 1)
    {
        List<MimeMessage> mails = [];
        await Waiting.UntilAsync(
            () => Task.FromResult((mails = To(address)).Count >= count),
            Deadline,
            () => $"{count} mails were to come to {address}; there are {mails.Count}.");
        return mails;
    }

    /// <summary>The code of the newest mail, of at least <paramref name="count"/>.</summary>
    public async Task<string> CodeAsync(string address, int count = 1) =>
        CodeIn((await WaitForAsync(address, count)).MaxBy(m => m.MessageId, StringComparer.Ordinal)!);

    public static string CodeIn(MimeMessage mail) => Code().Match(mail.TextBody ?? "").Value;

    /// <summary>A code that is not the right one.</summary>
    public static string Wrong(string code) => code[..^1] + (char)('0' + ((code[^1] - '0' + 1) % 10));

    private static MimeMessage Load(string path) => MimeMessage.Load(path);

    [GeneratedRegex("[0-9]{6}", RegexOptions.None, 1000)]
    private static partial Regex Code();
}
