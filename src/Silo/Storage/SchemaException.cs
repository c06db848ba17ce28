namespace Actors.Storage;

/// <summary>The database and this binary do not fit together. The message is one sentence for the operator.</summary>
public sealed class SchemaException : Exception
{
    public SchemaException()
    {
    }

    public SchemaException(string message) : base(message)
    {
    }

    public SchemaException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
