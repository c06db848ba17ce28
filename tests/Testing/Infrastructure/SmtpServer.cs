using System.Globalization;
using System.Net.Sockets;

namespace Actors.Infrastructure;

/// <summary>
/// A real SMTP server (Python's aiosmtpd, Debian's package) on 127.0.0.1, which keeps what it gets as files. Where there is none and none can
/// be installed, the asking test is skipped, or fails on CI.
/// </summary>
public sealed class SmtpServer : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";

    // Takes what comes, except for some recipients: refused@ for good, later@ for as long as the folder has no file "open".
    private const string Server = """
        import asyncio, os, sys, uuid
        from aiosmtpd.controller import Controller
        class Keep:
            async def handle_RCPT(self, server, session, envelope, address, options):
                if address.startswith('refused@'): return '550 no such user'
                if address.startswith('later@') and not os.path.exists(sys.argv[2] + '/open'): return '451 try later'
                envelope.rcpt_tos.append(address)
                return '250 OK'
            async def handle_DATA(self, server, session, envelope):
                name = sys.argv[2] + '/' + uuid.uuid4().hex
                with open(name, 'wb') as file:
                    file.write(('X-Envelope-To: ' + ', '.join(envelope.rcpt_tos) + '\r\n').encode() + envelope.content)
                os.rename(name, name + '.eml')
                return '250 OK'
        controller = Controller(Keep(), hostname='127.0.0.1', port=int(sys.argv[1]), enable_SMTPUTF8=True)
        controller.start()
        print('ready', flush=True)
        asyncio.new_event_loop().run_forever()
        """;

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);
    private static readonly Lazy<Task<string?>> WhyNot = new(() => DebianPackages.EnsureAsync("python3-aiosmtpd", $"{Python} -c 'import aiosmtpd'"));

    private readonly string _folder = Directory.CreateTempSubdirectory("actors-smtp-").FullName;
    private ChildProcess? _process;

    private SmtpServer()
    {
    }

    public int Port { get; } = FreePort.Next();

    /// <summary>Where the mails are, one <c>.eml</c> file each, beginning with the header <c>X-Envelope-To</c>.</summary>
    public string Folder => _folder;

    /// <summary>A server; not started yet, but its port is known.</summary>
    public static async Task<SmtpServer> CreateAsync()
    {
        if (await WhyNot.Value is { } reason)
        {
            Machine.Lacks($"No SMTP server: {reason}");
        }

        return new SmtpServer();
    }

    public static async Task<SmtpServer> StartNewAsync()
    {
        var server = await CreateAsync();
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        var process = ChildProcess.Start(
            [Python, "-c", Server, Port.ToString(CultureInfo.InvariantCulture), _folder], _folder, "KILL");
        _process = process;
        await Waiting.UntilAsync(() => AnswersAsync(process), StartDeadline, () => $"The SMTP server did not start:\n{process.Output}");
    }

    /// <summary>From now on it takes mails for <c>later@…</c>, too.</summary>
    public void OpenForLater() => File.WriteAllText(Path.Combine(_folder, "open"), "");

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            await process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> AnswersAsync(ChildProcess process)
    {
        if (process.HasExited)
        {
            throw new InvalidOperationException($"The SMTP server ended at start:\n{process.Output}");
        }

        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
