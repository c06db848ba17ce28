namespace Actors.Jobs;

/// <summary>
/// Jobs that wait, in the order in which they are to begin: users take turns, the one with the fewest jobs under way first, and of a user's
/// jobs the older one first. With priorities, the higher one goes before, of a user's job and his tier together; but every eighth turn goes to the user whose turn is the longest ago,
/// so that nobody waits for ever. Nothing here waits or reads a clock.
/// </summary>
internal sealed class FairQueue
{
    private const int TurnOfTheLongestAgo = 8;

    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JobTicket> _jobs = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, DateTimeOffset> _due = new();
    private SortedSet<Lane> _turns;
    private long _taken;

    public FairQueue(bool heedsPriority = false)
    {
        HeedsPriority = heedsPriority;
        _turns = new(TurnOrder());
    }

    public bool HeedsPriority { get; private set; }

    /// <summary>Jobs that may begin.</summary>
    public int Waiting { get; private set; }

    /// <summary>Jobs that wait for their time.</summary>
    public int Delayed => _jobs.Count - Waiting;

    public int Count => _jobs.Count;

    /// <summary>When the next delayed job may begin; maybe too early, if that one was removed.</summary>
    public DateTimeOffset? NextDue => _due.TryPeek(out _, out var at) ? at : null;

    public bool Contains(string jobId) => _jobs.ContainsKey(jobId);

    /// <summary>What the user's tier gives him here; null if he has no job that waits or is under way.</summary>
    public UserTerms? TermsOf(string userId) => _lanes.TryGetValue(userId, out var lane) ? lane.Terms : null;

    /// <summary>From now on these hold for him, if he has jobs here.</summary>
    public void SetTerms(string userId, UserTerms terms)
    {
        if (TermsOf(userId) is { } present && present != terms)
        {
            Change(userId, lane => lane.Terms = terms);
        }
    }

    /// <summary>Adds a job, or moves it, if it is there already, to the time that is told now.</summary>
    public void Add(JobTicket job, DateTimeOffset now)
    {
        Remove(job.JobId);
        _jobs.Add(job.JobId, job);
        if (job.NotBefore > now)
        {
            _due.Enqueue(job.JobId, job.NotBefore.Value);
            return;
        }

        Wait(job);
    }

    public bool Remove(string jobId)
    {
        if (!_jobs.Remove(jobId, out var job))
        {
            return false;
        }

        Change(job.UserId, lane => Waiting -= lane.Waiting.Remove(job) ? 1 : 0);
        return true;
    }

    /// <summary>The job whose turn it is; it counts as under way until <see cref="Release"/>. Null if there is none.</summary>
    public JobTicket? Take(DateTimeOffset now)
    {
        MoveDue(now);
        if (_turns.Count == 0)
        {
            return null;
        }

        var lane = HeedsPriority && _taken % TurnOfTheLongestAgo == TurnOfTheLongestAgo - 1 ? _turns.MinBy(l => l.LastTurn)! : _turns.Min!;
        var job = lane.Waiting.Min!;
        Change(job.UserId, l =>
        {
            l.Waiting.Remove(job);
            l.Running++;
            l.LastTurn = ++_taken;
        });
        Waiting--;
        _jobs.Remove(job.JobId);
        return job;
    }

    /// <summary>A job of the user is under way, though nobody took it here: it was when the queue started.</summary>
    public void Occupy(JobTicket job) => Change(job.UserId, lane => lane.Running++, job.Terms);

    /// <summary>A job of the user is not under way any more.</summary>
    public void Release(string userId) => Change(userId, lane => lane.Running--);

    /// <summary>How many jobs are likely to begin before the job, and itself; null if it is not here. Takes turns as they are now.</summary>
    public int? Position(string jobId)
    {
        if (!_jobs.TryGetValue(jobId, out var job))
        {
            return null;
        }

        var own = _lanes.GetValueOrDefault(job.UserId);
        var ahead = own?.Waiting.Count(j => own.Waiting.Comparer.Compare(j, job) < 0) ?? 0;
        var priority = (long)job.Priority + (own?.Terms ?? job.Terms).Priority;
        return ahead + 1 + _lanes.Values.Where(l => l != own).Sum(l => (HeedsPriority ? l.Priority.CompareTo(priority) : 0) switch
        {
            > 0 => l.Waiting.Count,
            < 0 => 0,
            _ => Math.Min(l.Waiting.Count, ahead + 1),
        });
    }

    /// <summary>Begins or ends to heed priorities.</summary>
    public void Heed(bool priority)
    {
        if (HeedsPriority == priority)
        {
            return;
        }

        HeedsPriority = priority;
        foreach (var lane in _lanes.Values)
        {
            lane.Waiting = new(lane.Waiting, JobOrder());
        }

        _turns = new(_turns, TurnOrder());
    }

    private void MoveDue(DateTimeOffset now)
    {
        while (_due.TryPeek(out var id, out var at) && at <= now)
        {
            _due.Dequeue();
            // One that was removed, or told another time since, stands here once more.
            if (_jobs.TryGetValue(id, out var job) && job.NotBefore == at && !IsWaiting(job))
            {
                Wait(job);
            }
        }
    }

    private bool IsWaiting(JobTicket job) => _lanes.TryGetValue(job.UserId, out var lane) && lane.Waiting.Contains(job);

    private void Wait(JobTicket job)
    {
        Change(job.UserId, lane => lane.Waiting.Add(job), job.Terms);
        Waiting++;
    }

    // The order of turns depends on what changes: out, change, in again. The terms are those of a lane that is not there yet: an older job
    // must not bring back older ones.
    private void Change(string userId, Action<Lane> change, UserTerms terms = default)
    {
        if (!_lanes.TryGetValue(userId, out var lane))
        {
            // Behind those who wait already: who comes again and again must not go first each time.
            _lanes.Add(userId, lane = new(userId, new(JobOrder())) { LastTurn = _taken, Terms = terms });
        }

        _turns.Remove(lane);
        change(lane);
        if (lane.Waiting.Count > 0 && (lane.Terms.AtOnce == 0 || lane.Running < lane.Terms.AtOnce))
        {
            _turns.Add(lane);
        }
        else if (lane.Waiting.Count == 0 && lane.Running <= 0)
        {
            _lanes.Remove(userId);
        }
    }

    private Comparer<JobTicket> JobOrder() => Comparer<JobTicket>.Create((x, y) =>
    {
        var order = HeedsPriority ? y.Priority.CompareTo(x.Priority) : 0;
        order = order != 0 ? order : x.CreatedAt.CompareTo(y.CreatedAt);
        return order != 0 ? order : string.CompareOrdinal(x.JobId, y.JobId);
    });

    private Comparer<Lane> TurnOrder() => Comparer<Lane>.Create((x, y) =>
    {
        var order = HeedsPriority ? y.Priority.CompareTo(x.Priority) : 0;
        order = order != 0 ? order : x.Running.CompareTo(y.Running);
        order = order != 0 ? order : x.LastTurn.CompareTo(y.LastTurn);
        order = order != 0 ? order : Nullable.Compare(x.Waiting.Min?.CreatedAt, y.Waiting.Min?.CreatedAt);
        return order != 0 ? order : string.CompareOrdinal(x.UserId, y.UserId);
    });

    /// <summary>The jobs of one user.</summary>
    private sealed class Lane(string userId, SortedSet<JobTicket> waiting)
    {
        public string UserId => userId;

        public SortedSet<JobTicket> Waiting { get; set; } = waiting;

        public int Running { get; set; }

        public UserTerms Terms { get; set; }

        /// <summary>Of the job that is next.</summary>
        public long Priority => (long)Terms.Priority + (Waiting.Min?.Priority ?? 0);

        public long LastTurn { get; set; }
    }
}
