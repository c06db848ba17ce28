using System.Globalization;
using System.Net;
using Actors.Infrastructure;
using MimeKit;

namespace Actors.Mail;

/// <summary>Mail over a real SMTP server.</summary>
public sealed class SmtpTests
{
    [Fact]
    public async Task A_code_arrives_as_text_and_html_in_the_language_that_was_asked_for()
    {
        await using var server = await SmtpServer.StartNewAsync();
        await using var app = new ActorsApp(null, Settings(server));
        var mails = new Mailbox(server.Folder);
        var (english, chinese) = (Address(), Address());

        await AskAsync(app, english, ("Accept-Language", "fr;q=0.1, en"));
        await AskAsync(app, chinese, ("Accept-Language", "en;q=0.5, zh-CN"));

        var first = Assert.Single(await mails.WaitForAsync(english));
        var second = Assert.Single(await mails.WaitForAsync(chinese));
        Assert.Equal(("Your code", "您的验证码"), (first.Subject, second.Subject));
        Assert.Equal("Actors Test", first.From.Mailboxes.Single().Name);
        Assert.Equal("noreply@example.org", first.From.Mailboxes.Single().Address);
        Assert.EndsWith("@example.org", first.MessageId, StringComparison.Ordinal);
        Assert.Equal(english, first.Headers["X-Envelope-To"]);
        var code = Mailbox.CodeIn(second);
        Assert.Contains($"您的验证码是 {code}", second.TextBody, StringComparison.Ordinal);
        Assert.Contains($"您的验证码是 {code}", second.HtmlBody, StringComparison.Ordinal);
        (await app.Anonymous().PostAsync("/api/v1/auth/verify", new { email = chinese, code })).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_mail_waits_for_its_server_and_arrives_once()
    {
        await using var server = await SmtpServer.CreateAsync();
        await using var app = new ActorsApp(null, Settings(server));
        var address = Address();
        await AskAsync(app, address);

        await server.StartAsync();

        Assert.Single(await new Mailbox(server.Folder).WaitForAsync(address));
        await UntilOutboxIsEmptyAsync(app, server);
        Assert.Single(new Mailbox(server.Folder).To(address));
    }

    [Fact]
    public async Task A_mail_that_was_asked_for_before_the_process_died_is_sent_after_its_restart()
    {
        await using var server = await SmtpServer.CreateAsync();
        await using var actors = await ActorsProcess.StartAsync(
            Settings(server).ToDictionary(s => s.Name.Replace(":", "__", StringComparison.Ordinal), s => s.Value, StringComparer.Ordinal));
        var address = Address();
        (await new ActorsClient(actors.Client).PostAsync("/api/v1/auth/code", new { email = address })).Expect(HttpStatusCode.Accepted);
        await actors.KillAsync();
        await server.StartAsync();

        await actors.RestartAsync();

        var code = await new Mailbox(server.Folder).CodeAsync(address);
        (await new ActorsClient(actors.Client).PostAsync("/api/v1/auth/verify", new { email = address, code })).Expect(HttpStatusCode.OK);
        Assert.DoesNotContain(code, actors.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(address, actors.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_refused_for_good_or_for_a_while_holds_up_nobody_else()
    {
        await using var server = await SmtpServer.StartNewAsync();
        await using var app = new ActorsApp(null, Settings(server));
        var mails = new Mailbox(server.Folder);
        var address = Address();
        await AskAsync(app, "refused@example.org");
        await AskAsync(app, "later@example.org");
        await AskAsync(app, address);

        Assert.Single(await mails.WaitForAsync(address));
        Assert.Empty(mails.To("later@example.org"));
        server.OpenForLater();

        Assert.Single(await mails.WaitForAsync("later@example.org"));
        Assert.Empty(mails.To("refused@example.org"));
    }

    [Fact]
    public async Task A_server_that_does_not_encrypt_gets_no_mail_unless_that_is_configured()
    {
        await using var server = await SmtpServer.StartNewAsync();
        var options = new MailOptions { Host = "127.0.0.1", Port = server.Port, From = "noreply@example.org", Security = MailSecurity.StartTls };
        var sender = new SmtpMailSender(options, Microsoft.Extensions.Logging.Abstractions.NullLogger<SmtpMailSender>.Instance);
        using var message = MimeMails.From(Mail("a@example.org", "s"), options);

        Assert.Equal(MailOutcome.Unreachable, await sender.SendAsync(message, TestContext.Current.CancellationToken));

        options.Security = MailSecurity.None;
        Assert.Equal(MailOutcome.Sent, await sender.SendAsync(message, TestContext.Current.CancellationToken));
        Assert.Single(new Mailbox(server.Folder).All());
    }

    [Theory]
    [InlineData("a@example.org\r\nBcc: b@example.org")]
    [InlineData("a@example.org\nBcc:b@example.org")]
    [InlineData("a@example.org,b@example.org")]
    [InlineData("a@example.org;b@example.org")]
    [InlineData("a@example.org b@example.org")]
    [InlineData("\"a\" <a@example.org>")]
    [InlineData("a@example.org\0b")]
    [InlineData("a@example.org\tb@example.org")]
    public async Task An_address_brings_no_header_and_no_second_recipient(string email)
    {
        await using var app = new ActorsApp();

        (await app.Anonymous().PostAsync("/api/v1/auth/code", new { email })).Expect(HttpStatusCode.BadRequest);

        Assert.Empty(Mailbox.Of(app).All());
    }

    [Fact]
    public void A_subject_brings_no_header()
    {
        using var message = MimeMails.From(Mail("a@example.org", "s\r\nBcc: b@example.org"), new MailOptions());
        using var bytes = new MemoryStream();
        message.WriteTo(bytes, TestContext.Current.CancellationToken);
        bytes.Position = 0;

        Assert.Empty(MimeMessage.Load(bytes, TestContext.Current.CancellationToken).Bcc);
    }

    private static OutgoingMail Mail(string recipient, string subject) =>
        new("id", recipient, subject, "text", "<p>html</p>", 1, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, DateTimeOffset.UnixEpoch);

    private static (string Name, string Value)[] Settings(SmtpServer server) =>
    [
        ("Mail:Host", "127.0.0.1"),
        ("Mail:Port", server.Port.ToString(CultureInfo.InvariantCulture)),
        ("Mail:Security", "None"),
        ("Mail:From", "noreply@example.org"),
        ("Mail:FromName", "Actors Test"),
        ("Mail:Timeout", "00:00:02"),
    ];

    private static string Address() => $"{Guid.CreateVersion7():n}@example.org";

    private static async Task AskAsync(ActorsApp app, string email, params (string, string)[] headers) =>
        (await app.Anonymous().SendAsync(HttpMethod.Post, "/api/v1/auth/code", new { email }, headers)).Expect(HttpStatusCode.Accepted);

    // What comes after it is sent after it: when that has arrived, the outbox had its chance to send the first one twice.
    private static async Task UntilOutboxIsEmptyAsync(ActorsApp app, SmtpServer server)
    {
        var next = Address();
        await AskAsync(app, next);
        await new Mailbox(server.Folder).WaitForAsync(next);
    }
}
