using System.Collections.Immutable;

namespace Actors;

/// <summary>Makers of the errors that every feature shares.</summary>
public static class Errors
{
    /// <summary>Code of <see cref="Invalid(ImmutableArray{ErrorDetail})"/>.</summary>
    public const string ValidationFailed = "VALIDATION_FAILED";

    /// <summary>Code of <see cref="Unavailable"/>.</summary>
    public const string UnavailableCode = "UNAVAILABLE";

    /// <summary>400: the listed fields break a limit or have a wrong shape.</summary>
    public static AppException Invalid(ImmutableArray<ErrorDetail> details) =>
        new(ErrorKind.Invalid, ValidationFailed, "The request has invalid fields.", details);

    /// <summary>400: one field is wrong.</summary>
    public static AppException Invalid(string field, string message) => Invalid([new(field, message)]);

    /// <summary>403: the caller may see it but not do this.</summary>
    public static AppException Forbidden(string message) => new(ErrorKind.Forbidden, "FORBIDDEN", message);

    /// <summary>401: no caller.</summary>
    public static AppException Unauthenticated() => new(ErrorKind.Unauthenticated, "UNAUTHENTICATED", "Unauthorized");

    /// <summary>412: the caller's version is not the present one.</summary>
    public static AppException Stale(long present) =>
        new(ErrorKind.Stale, "VERSION_MISMATCH", $"The present version is {present}; read it again and repeat the change.");

    /// <summary>503: not done, or outcome unknown; retry with the same idempotency key.</summary>
    public static AppException Unavailable(string message) => new(ErrorKind.Unavailable, UnavailableCode, message);
}
