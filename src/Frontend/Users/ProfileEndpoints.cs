using Actors.Infrastructure.Http;

namespace Actors.Users;

/// <summary>What users say of themselves, over HTTP. <c>me</c> is the caller's id, too.</summary>
internal static class ProfileEndpoints
{
    private const string Me = "me";

    /// <summary>Maps <c>/users/{id}</c>.</summary>
    public static void MapProfiles(this RouteGroupBuilder users)
    {
        users.MapGet("/{id}", Get).Describe("getUser", "A user: oneself, or anybody for an administrator");
        users.MapPut("/{id}", Replace).Describe("replaceProfile", "Replace what a user says of himself");
        users.MapPatch("/{id}", Change).Describe("changeProfile", "Change what a user says of himself; preferences are merged");
    }

    private static async Task<Answer<ProfileView>> Get(string id, IGrainFactory grains) => Of(await UserOf(id, grains).GetProfile());

    private static async Task<Answer<ProfileView>> Replace(string id, ReplaceProfileRequest body, ExpectedVersion version, IGrainFactory grains) =>
        Of(await UserOf(id, grains).ChangeProfile(body.ToCommand(version.Value)));

    private static async Task<Answer<ProfileView>> Change(string id, ChangeProfileRequest body, ExpectedVersion version, IGrainFactory grains) =>
        Of(await UserOf(id, grains).ChangeProfile(body.ToCommand(version.Value)));

    private static IUserGrain UserOf(string id, IGrainFactory grains) =>
        grains.GetGrain<IUserGrain>(string.Equals(id, Me, StringComparison.Ordinal) ? Caller.Current!.UserId : id);

    private static Answer<ProfileView> Of(UserProfile profile) => new(ProfileView.Of(profile), profile.Tag);
}
