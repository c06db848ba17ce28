using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Actors.Audit;
using Actors.Blobs;
using Actors.Clients;
using Actors.Generation;
using Actors.Hosting;
using Actors.Inboxes;
using Actors.Infrastructure.Http;
using Actors.Jobs;
using Actors.Live;
using Actors.Users;
using Actors.Webhooks;
using Actors.WorkOrders;

namespace Actors.Infrastructure.Json;

/// <summary>Every answer's type, so that writing it needs no reflection.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Failure))]
[JsonSerializable(typeof(LiveEvent))]
[JsonSerializable(typeof(LiveError))]
[JsonSerializable(typeof(SocketAnswer))]
[JsonSerializable(typeof(WorkOrder))]
[JsonSerializable(typeof(Inbox))]
[JsonSerializable(typeof(Envelope<User>))]
[JsonSerializable(typeof(Envelope<Session>))]
[JsonSerializable(typeof(Envelope<ProfileView>))]
[JsonSerializable(typeof(Envelope<TwoFactorStatus>))]
[JsonSerializable(typeof(Envelope<TwoFactorSecret>))]
[JsonSerializable(typeof(Envelope<RecoveryCodes>))]
[JsonSerializable(typeof(Envelope<AdminUser>))]
[JsonSerializable(typeof(Envelope<ImmutableArray<AdminUser>>))]
[JsonSerializable(typeof(Envelope<Impersonation>))]
[JsonSerializable(typeof(Envelope<ServiceToken>))]
[JsonSerializable(typeof(Envelope<Deleted>))]
[JsonSerializable(typeof(Envelope<Readiness>))]
[JsonSerializable(typeof(Envelope<WorkOrder>))]
[JsonSerializable(typeof(Envelope<ImmutableArray<WorkOrderSummary>>))]
[JsonSerializable(typeof(Envelope<ImmutableArray<ProgressLog>>))]
[JsonSerializable(typeof(Envelope<ChatMessage>))]
[JsonSerializable(typeof(Envelope<ImmutableArray<ChatMessage>>))]
[JsonSerializable(typeof(Envelope<ReadState>))]
[JsonSerializable(typeof(Envelope<Unread>))]
[JsonSerializable(typeof(TaskView))]
[JsonSerializable(typeof(Envelope<TaskView>))]
[JsonSerializable(typeof(Envelope<ImmutableArray<GenerationSummary>>))]
[JsonSerializable(typeof(Envelope<WebhookDelivery>))]
[JsonSerializable(typeof(Envelope<ImmutableArray<WebhookDelivery>>))]
[JsonSerializable(typeof(Envelope<QueueView>))]
[JsonSerializable(typeof(Envelope<ImmutableArray<AuditEntry>>))]
[JsonSerializable(typeof(Envelope<UploadView>))]
[JsonSerializable(typeof(Envelope<FileView>))]
[JsonSerializable(typeof(Envelope<PartsView>))]
[JsonSerializable(typeof(Envelope<UploadParts>))]
internal sealed partial class AnswerJson : JsonSerializerContext;
