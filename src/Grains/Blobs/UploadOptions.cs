using System.ComponentModel.DataAnnotations;
using Actors.Users;

namespace Actors.Blobs;

/// <summary>Limits of uploads, in bytes. Configuration section <c>Uploads</c>, of the silos.</summary>
public sealed class UploadOptions
{
    private const long MiB = 1024 * 1024;

    /// <summary>Largest <see cref="BlobPurpose.Image"/>. Default 20 MiB.</summary>
    [Range(1, BlobLimits.Size)]
    public long ImageSize { get; set; } = 20 * MiB;

    /// <summary>Largest <see cref="BlobPurpose.Model"/>. Default 200 MiB.</summary>
    [Range(1, BlobLimits.Size)]
    public long ModelSize { get; set; } = 200 * MiB;

    /// <summary>Largest <see cref="BlobPurpose.Attachment"/>. Default 50 MiB.</summary>
    [Range(1, BlobLimits.Size)]
    public long AttachmentSize { get; set; } = 50 * MiB;

    /// <summary>Largest <see cref="BlobPurpose.Media"/>. Default 1 GiB.</summary>
    [Range(1, BlobLimits.Size)]
    public long MediaSize { get; set; } = 1024 * MiB;

    /// <summary>What a user of the free tier may keep, with what he has announced. Default 1 GiB; 0: no limit.</summary>
    [Range(0, long.MaxValue)]
    public long FreeQuota { get; set; } = 1024 * MiB;

    /// <summary>As <see cref="FreeQuota"/>, of the premium tier. Default 50 GiB.</summary>
    [Range(0, long.MaxValue)]
    public long PremiumQuota { get; set; } = 50 * 1024 * MiB;

    /// <summary>As <see cref="FreeQuota"/>, of the enterprise tier. Default 0: no limit.</summary>
    [Range(0, long.MaxValue)]
    public long EnterpriseQuota { get; set; }

    /// <summary>How many blobs a user may have, whatever his tier. Default 100,000.</summary>
    [Range(1, 1_000_000_000)]
    public long Files { get; set; } = 100_000;

    /// <summary>How long announced bytes may take to be uploaded and completed. Default 1 hour, 1 min to 1 day.</summary>
    public TimeSpan TicketLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a URL to read a blob holds. Default 15 min, 1 min to 1 day.</summary>
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How old what lies in the store must be before it is deleted because no row knows it, and how long the row of a deleted blob is kept. Default 2 days;
    /// longer than <see cref="TicketLifetime"/>, because a ticket's URL outlives the ticket's end by other means.
    /// </summary>
    public TimeSpan OrphanAge { get; set; } = TimeSpan.FromDays(2);

    /// <summary>The size limit of a purpose.</summary>
    public long SizeOf(BlobPurpose purpose) => purpose switch
    {
        BlobPurpose.Image => ImageSize,
        BlobPurpose.Model => ModelSize,
        BlobPurpose.Media => MediaSize,
        _ => AttachmentSize,
    };

    /// <summary>The quota of a tier; 0: no limit.</summary>
    public long QuotaOf(UserTier tier) => tier switch
    {
        UserTier.Enterprise => EnterpriseQuota,
        UserTier.Premium => PremiumQuota,
        _ => FreeQuota,
    };
}
