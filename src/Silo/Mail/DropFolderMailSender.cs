using MimeKit;

namespace Actors.Mail;

/// <summary>Puts mails into a folder as <c>.eml</c> files: for a system without a mail server. Keeps the newest of them.</summary>
internal sealed partial class DropFolderMailSender(MailOptions options, ILogger<DropFolderMailSender> logger) : IMailSender
{
    private const int MaxFiles = 1_000;

    public async Task<MailOutcome> SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(options.DropFolder);
            var path = Path.Combine(options.DropFolder, $"{message.MessageId!.Split('@')[0]}.eml");
            await WriteAsync(message, path, cancellationToken);
            DropOldest();
            return MailOutcome.Sent;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNotWritten(failure);
            return MailOutcome.Unreachable;
        }
    }

    // Complete before it has its name; for its owner's eyes, because a mail may bring a code.
    private static async Task WriteAsync(MimeMessage message, string path, CancellationToken cancellationToken)
    {
        var draft = $"{path}.draft";
        var file = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var stream = new FileStream(draft, file))
        {
            await message.WriteToAsync(stream, cancellationToken);
        }

        File.Move(draft, path, overwrite: true);
    }

    // Their names are ids, and ids follow time.
    private void DropOldest()
    {
        var files = Directory.GetFiles(options.DropFolder, "*.eml");
        foreach (var file in files.Order(StringComparer.Ordinal).Take(files.Length - MaxFiles))
        {
            File.Delete(file);
        }
    }

    [LoggerMessage(LogLevel.Error, "A mail could not be written to the drop folder")]
    private partial void LogNotWritten(Exception exception);
}
