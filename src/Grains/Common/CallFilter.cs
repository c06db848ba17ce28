using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Actors;

/// <summary>
/// Guards every call of our grains: one without a caller is refused (unless the method says otherwise), and nothing but
/// <see cref="AppException"/> comes out.
/// </summary>
internal sealed partial class CallFilter(ILogger<CallFilter> logger) : IIncomingGrainCallFilter
{
    private static readonly ConcurrentDictionary<MethodInfo, bool> NeedsCaller = new();

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        var method = context.InterfaceMethod;
        if (method?.DeclaringType?.Assembly != typeof(Caller).Assembly)
        {
            await context.Invoke();
            return;
        }

        if (Caller.Current is null && NeedsCaller.GetOrAdd(method, m => m.GetCustomAttribute<AnonymousAttribute>() is null))
        {
            throw Errors.Unauthenticated();
        }

        try
        {
            await context.Invoke();
        }
        catch (Exception unknown) when (unknown is not (AppException or OperationCanceledException))
        {
            var reference = Guid.CreateVersion7().ToString("N");
            LogUnknown(unknown, context.TargetId, method.Name, reference);
            throw Errors.Unavailable($"Something went wrong (reference {reference}); repeat the call with the same idempotency key.");
        }
    }

    [LoggerMessage(LogLevel.Error, "Call {Method} of {Grain} failed, reference {Reference}")]
    private partial void LogUnknown(Exception exception, GrainId grain, string method, string reference);
}
