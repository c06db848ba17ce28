using Actors.Storage;

namespace Actors.Hosting;

/// <summary>Brings the database's schema up to date before the silo takes calls; stops the start if it cannot.</summary>
internal sealed class SchemaAtStart(Migrator migrator) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => migrator.MigrateAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
