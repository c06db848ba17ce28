namespace Actors;

/// <summary>Where a command comes from. Travels in Orleans' request context beside the <see cref="Caller"/>; the audit log keeps it.</summary>
/// <param name="Ip">The address of the client's network; null if it is not known.</param>
/// <param name="RequestId">Names the request in answers and logs.</param>
[GenerateSerializer, Immutable, Alias("call-origin")]
public sealed record CallOrigin([property: Id(0)] string? Ip, [property: Id(1)] string? RequestId)
{
    /// <summary>Longest <see cref="RequestId"/>, in characters.</summary>
    public const int MaxRequestId = 128;

    private const string Key = "call-origin";

    /// <summary>The origin of the present call, or null.</summary>
    public static CallOrigin? Current
    {
        get => RequestContext.Get(Key) as CallOrigin;
        set
        {
            if (value is null)
            {
                RequestContext.Remove(Key);
            }
            else
            {
                RequestContext.Set(Key, value);
            }
        }
    }
}
