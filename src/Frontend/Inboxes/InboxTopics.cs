using Actors.Live;

namespace Actors.Inboxes;

/// <summary>What the live feed has to know of inboxes.</summary>
internal static class InboxTopics
{
    /// <summary>Offers each user his own inbox as the topic <c>users/me</c>.</summary>
    public static WebApplicationBuilder AddInboxes(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new EntityTopic
        {
            Name = "inboxes",
            Grain = (grains, id) => grains.GetGrain<IInboxGrain>(id),
            Snapshot = async (grains, id, json, cancel) => json.Text(await grains.GetGrain<IInboxGrain>(id).Get(cancel)),
            OwnName = "users/me",
        });
        return builder;
    }
}
