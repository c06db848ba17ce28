using Microsoft.AspNetCore.Mvc;

namespace Actors.Infrastructure.Http;

/// <summary>Which rows of a numbered log are wanted.</summary>
internal sealed record RowsRequest([FromQuery(Name = "after")] string? After, [FromQuery(Name = "limit")] string? Limit)
{
    public (long After, int Limit) ToRange()
    {
        var fields = new QueryFields();
        var range = (fields.Number("after", After, absent: 0, min: 0, max: long.MaxValue), fields.Limit(Limit));
        fields.Check();
        return range;
    }
}
