using System.Data.Common;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Actors.Secrets;

/// <summary>Keeps the key ring of data protection in the table <c>data_protection_keys</c>, for all silos together.</summary>
internal sealed class KeyRingRows(DbDataSource source, TimeProvider time) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = source.CreateCommand("select xml from data_protection_keys order by created_at");
        using var reader = command.ExecuteReader();
        var elements = new List<XElement>();
        while (reader.Read())
        {
            elements.Add(XElement.Parse(reader.GetString(0)));
        }

        return elements;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = source.CreateCommand("insert into data_protection_keys (id, xml, created_at) values (@id, @xml, @at)");
        Add(command, "id", Guid.CreateVersion7(time.GetUtcNow()).ToString());
        Add(command, "xml", element.ToString(SaveOptions.DisableFormatting));
        Add(command, "at", time.GetUtcNow());
        command.ExecuteNonQuery();
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
