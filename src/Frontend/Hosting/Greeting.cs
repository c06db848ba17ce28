namespace Actors.Hosting;

/// <summary>Tells whoever started the process where to look.</summary>
internal static class Greeting
{
    /// <summary>Prints the addresses once the process listens.</summary>
    public static WebApplication PrintWhereToLook(this WebApplication app)
    {
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            foreach (var url in app.ListeningOn())
            {
                Console.WriteLine($"Actors listens on {url}");
                Console.WriteLine($"  API documentation  {url}/docs");
                Console.WriteLine($"  prompt to model    {url}/demo/generation");
                Console.WriteLine($"  ready              {url}/health/ready");
            }

            Console.WriteLine("  first steps        README.md, \"Walk through\"");
        });
        return app;
    }
}
