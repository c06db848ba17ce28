namespace Actors.Jobs;

public sealed class FairQueueTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly FairQueue _queue = new();
    private DateTimeOffset _now = Start;
    private int _jobs;

    [Fact]
    public void A_flood_of_one_user_does_not_hold_up_another()
    {
        AddMany("flood", 1_000);
        _ = _queue.Take(_now); // under way
        Add("other", "single");

        Assert.Equal("single", _queue.Take(_now)!.JobId);
    }

    [Fact]
    public void Users_take_turns_and_each_user_s_jobs_keep_their_order()
    {
        foreach (var user in new[] { "a", "b", "c" })
        {
            Add(user, $"{user}1");
            Add(user, $"{user}2");
        }

        Assert.Equal(["a1", "b1", "c1", "a2", "b2", "c2"], TakeAll(release: true));
    }

    [Fact]
    public void The_user_with_fewer_jobs_under_way_goes_first()
    {
        AddMany("busy", 3);
        _queue.Take(_now);
        _queue.Take(_now);
        Add("idle", "first of idle");

        Assert.Equal("first of idle", _queue.Take(_now)!.JobId);
    }

    [Fact]
    public void A_user_has_no_more_under_way_than_he_may()
    {
        Add("limited", "one", limit: 1);
        Add("limited", "two", limit: 1);

        Assert.Equal("one", _queue.Take(_now)!.JobId);
        Assert.Null(_queue.Take(_now));
        _queue.Release("limited");
        Assert.Equal("two", _queue.Take(_now)!.JobId);
    }

    [Fact]
    public void Without_priorities_none_counts_and_with_them_the_higher_goes_first()
    {
        Add("user", "low", priority: 1);
        Add("user", "high", priority: 9);
        Add("other", "highest", priority: 10);

        Assert.Equal("low", _queue.Take(_now)!.JobId);
        _queue.Release("user");
        Add("user", "low", priority: 1);
        _queue.Heed(priority: true);

        Assert.Equal(["highest", "high", "low"], TakeAll(release: true));
    }

    [Fact]
    public void With_priorities_a_higher_tier_goes_first_and_a_new_one_counts_for_jobs_that_wait()
    {
        AddTiers();
        Assert.Equal(["free", "premium", "enterprise", "free urgent"], TakeAll(release: true)); // by age
        _queue.Heed(priority: true);

        AddTiers();
        Assert.Equal(["free urgent", "enterprise", "premium", "free"], TakeAll(release: true));
        AddTiers();
        _queue.SetTerms("p", new(0, 9));
        Assert.Equal("premium", _queue.Take(_now)?.JobId);

        void AddTiers()
        {
            Add("f", "free");
            Add("p", "premium", tier: 1);
            Add("e", "enterprise", tier: 2);
            Add("f", "free urgent", priority: 5);
        }
    }

    [Fact]
    public void With_priorities_a_position_counts_the_users_who_go_before()
    {
        AddMany("f", 3);
        Add("g", "free");
        AddMany("p", 2);
        Add("e", "first", tier: 2);
        _queue.SetTerms("p", new(0, 1));

        Assert.Equal(4, _queue.Position("first"));
        _queue.Heed(priority: true);

        Assert.Equal((1, 2, 3), (_queue.Position("first"), _queue.Position("p-0"), _queue.Position("p-1")));
        Assert.Equal((5, 5), (_queue.Position("f-0"), _queue.Position("free")));
    }

    [Fact]
    public void With_priorities_too_nobody_waits_for_ever()
    {
        _queue.Heed(priority: true);
        Add("patient", "old and low", priority: -5);
        AddMany("important", 100, priority: 5);

        Assert.InRange(TakeAll(release: true).IndexOf("old and low"), 1, 8);
    }

    [Fact]
    public void Who_comes_anew_each_time_does_not_hold_up_who_waits()
    {
        AddMany("patient", 2);
        _ = _queue.Take(_now);
        _queue.Release("patient");

        Assert.InRange(TurnOf("patient-1", priority: 0), 1, 2);
    }

    [Fact]
    public void With_priorities_too_who_comes_anew_each_time_does_not_hold_up_who_waits()
    {
        _queue.Heed(priority: true);
        Add("patient", "old and low", priority: -5);

        Assert.InRange(TurnOf("old and low", priority: 5), 1, 8);
    }

    [Fact]
    public void Who_just_came_waits_for_at_most_one_more_job_of_a_flood()
    {
        AddMany("flood", 1_000);
        _ = _queue.Take(_now);
        Add("other", "single");
        _queue.Release("flood");

        Assert.InRange(TakeAll(release: true).IndexOf("single"), 0, 1);
    }

    [Fact]
    public void A_job_waits_for_its_time()
    {
        Add("user", "later", notBefore: Start.AddSeconds(5));

        Assert.Null(_queue.Take(Start.AddSeconds(4)));
        Assert.Equal((0, 1), (_queue.Waiting, _queue.Delayed));
        Assert.Equal(Start.AddSeconds(5), _queue.NextDue);
        Assert.Equal("later", _queue.Take(Start.AddSeconds(5))!.JobId);
    }

    [Fact]
    public void What_is_told_twice_begins_once_and_at_the_time_told_last()
    {
        Add("user", "job", notBefore: Start.AddSeconds(5));
        Add("user", "job", notBefore: Start.AddSeconds(9));

        Assert.Null(_queue.Take(Start.AddSeconds(6)));
        Assert.Equal("job", _queue.Take(Start.AddSeconds(9))!.JobId);
        Assert.Null(_queue.Take(Start.AddSeconds(60)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void What_was_removed_does_not_begin(int delay)
    {
        Add("user", "job", notBefore: Start.AddSeconds(delay));

        Assert.True(_queue.Remove("job"));
        Assert.False(_queue.Remove("job"));
        Assert.Null(_queue.Take(Start.AddSeconds(60)));
        Assert.Equal((0, 0), (_queue.Waiting, _queue.Count));
    }

    [Fact]
    public void A_position_counts_the_turns_before_it()
    {
        AddMany("flood", 100);
        Add("other", "mine");
        Add("other", "mine too");

        Assert.Equal(2, _queue.Position("mine"));
        Assert.Equal(4, _queue.Position("mine too"));
        Assert.Null(_queue.Position("unknown"));
    }

    [Fact]
    public void Whatever_is_added_removed_and_taken_nothing_is_lost_or_taken_twice()
    {
        var random = new Random(7);
        var expected = new HashSet<string>();
        var taken = new HashSet<string>();
        for (var i = 0; i < 5_000; i++)
        {
            var id = $"job-{random.Next(600)}";
            switch (random.Next(4))
            {
                case 0 or 1 when !taken.Contains(id):
                    Add($"user-{id.GetHashCode(StringComparison.Ordinal) % 7}", id, notBefore: _now.AddSeconds(random.Next(-5, 5)), limit: random.Next(1, 4));
                    expected.Add(id);
                    break;
                case 2 when _queue.Remove(id):
                    expected.Remove(id);
                    break;
                default:
                    Take(taken);
                    break;
            }

            _now = _now.AddSeconds(random.Next(2));
            _queue.Heed(random.Next(50) == 0 ? !_queue.HeedsPriority : _queue.HeedsPriority);
        }

        _now = _now.AddHours(1);
        while (_queue.Count > 0)
        {
            Take(taken);
        }

        Assert.Equal(expected.Order(), taken.Order());
    }

    // Before each turn somebody new comes with one job.
    private int TurnOf(string jobId, int priority)
    {
        for (var turn = 1; turn < 100; turn++)
        {
            Add($"user-{turn}", $"job-{turn}", priority);
            var job = _queue.Take(_now)!;
            if (job.JobId == jobId)
            {
                return turn;
            }

            _queue.Release(job.UserId);
        }

        return int.MaxValue;
    }

    private void Take(HashSet<string> taken)
    {
        if (_queue.Take(_now) is { } job)
        {
            Assert.True(taken.Add(job.JobId), "taken twice");
            _queue.Release(job.UserId);
        }
    }

    [Fact]
    public void A_users_new_limit_counts_for_the_jobs_that_wait()
    {
        Add("user", "one", limit: 1);
        Add("user", "two", limit: 1);
        Assert.Equal("one", _queue.Take(_now)?.JobId);
        Assert.Null(_queue.Take(_now));

        _queue.SetTerms("user", new(2, 0));
        Add("user", "of before", limit: 1);

        Assert.Equal("two", _queue.Take(_now)?.JobId);
        Assert.Equal(2, _queue.TermsOf("user")?.AtOnce);
        Assert.Null(_queue.Take(_now));
        _queue.Remove("of before");
        _queue.Release("user");
        _queue.Release("user");
        Assert.Null(_queue.TermsOf("user"));
    }

    private void AddMany(string user, int count, int priority = 0)
    {
        for (var i = 0; i < count; i++)
        {
            Add(user, $"{user}-{i}", priority);
        }
    }

    private void Add(string user, string id, int priority = 0, DateTimeOffset? notBefore = null, int limit = 0, int tier = 0) => _queue.Add(
        new JobTicket
        {
            JobId = id,
            Owner = GrainId.Create("job", id),
            UserId = user,
            Priority = priority,
            CreatedAt = Start.AddMilliseconds(_jobs++),
            NotBefore = notBefore,
            Terms = new(limit, tier),
        },
        _now);

    private List<string> TakeAll(bool release)
    {
        var taken = new List<string>();
        while (_queue.Take(_now) is { } job)
        {
            taken.Add(job.JobId);
            if (release)
            {
                _queue.Release(job.UserId);
            }
        }

        return taken;
    }
}
