namespace Actors.Models;

/// <summary>
/// What users reported of one model. Key: the model's id. Apart from the model, so that its owner hears nothing of it. A command's effect is durable
/// once the method returns.
/// </summary>
[Alias("model-reports-grain")]
public interface IModelReportsGrain : IGrainWithStringKey
{
    /// <summary>
    /// Reports the model to the moderators, if it is public: 404 <c>MODEL_NOT_FOUND</c>. Of a user the last report holds: it counts once until it is
    /// settled. 422 <c>OWN_MODEL</c>.
    /// </summary>
    [Alias("report")]
    Task<ModelReport> Report(ReportModel command);

    /// <summary>
    /// Settles the reports: there is nothing wrong. For callers with the permission <c>ModerateModels</c>; the audit log has it. 404
    /// <c>REPORTS_NOT_FOUND</c>.
    /// </summary>
    /// <param name="expectedVersion">That of the reports which the caller saw: 412 if another came since. Null: whatever there is.</param>
    [Alias("dismiss")]
    Task<OpenReports> Dismiss(long? expectedVersion);

    /// <summary>As <see cref="IModelGrain.TakeDown"/>, and settles the reports. If only the first half was done, repeat it.</summary>
    [Alias("take-down")]
    Task<Model> TakeDown(string reason);
}
