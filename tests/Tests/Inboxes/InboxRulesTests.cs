using CsCheck;

namespace Actors.Inboxes;

/// <summary>An order's chat, seen from one inbox.</summary>
public sealed class InboxRulesTests
{
    private const string Me = "me";
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly InboxRow Empty = new(Me, "order", SeenVersion: 1, LastReadSequence: 0, Unread: 0, Handled: 0, Now);

    private static readonly Gen<(int Action, int User, int Pick)[]> Steps =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 1_000]).Array[0, 60];

    [Fact]
    public void Unread_follows_from_the_changes_as_from_the_messages() => Steps.Sample(steps =>
    {
        var chat = new Chat();
        chat.Play(steps);
        Assert.Equal(chat.Unread, Fold(Empty, chat.Changes).Unread);
        Assert.Equal(chat.LastRead, Fold(Empty, chat.Changes).LastReadSequence);
    });

    [Fact]
    public void Any_part_that_comes_again_changes_nothing() =>
        Gen.Select(Steps, Gen.Int[0, 1_000], Gen.Int[0, 1_000]).Sample((steps, at, from) =>
        {
            var chat = new Chat();
            chat.Play(steps);
            var done = chat.Changes.Take(at % (chat.Changes.Count + 1)).ToList();
            var again = done.Skip(from % (done.Count + 1));

            var once = Fold(Empty, chat.Changes);
            var twice = Fold(Fold(Fold(Empty, done), again), chat.Changes.Skip(done.Count));

            Assert.Equal(once, twice);
        });

    [Fact]
    public void A_row_that_was_counted_at_any_version_ends_like_one_that_followed_from_the_beginning() =>
        Gen.Select(Steps, Gen.Int[0, 1_000]).Sample((steps, at) =>
        {
            var first = steps.Take(at % (steps.Length + 1)).ToArray();
            var chat = new Chat();
            chat.Play(first);
            var counted = Empty with { SeenVersion = chat.Version, Unread = chat.Unread, LastReadSequence = chat.LastRead };
            chat.Play(steps.Skip(first.Length));

            // It is told of everything, also of what it was counted with.
            var row = Fold(counted, chat.Changes);

            Assert.Equal((chat.Unread, chat.LastRead), (row.Unread, row.LastReadSequence));
        });

    [Fact]
    public void A_recount_keeps_what_is_right_and_never_goes_back()
    {
        var row = Empty with { SeenVersion = 5, Unread = 2, Handled = 4 };

        Assert.Same(row, InboxRules.Recount(row, row with { SeenVersion = 9 }));
        Assert.Same(row, InboxRules.Recount(row, row with { SeenVersion = 4, Unread = 1 }));
        Assert.Equal(row with { SeenVersion = 9, Unread = 7 }, InboxRules.Recount(row, row with { SeenVersion = 9, Unread = 7, Handled = 0 }));
        Assert.Null(InboxRules.Recount(row, null));
        Assert.Equal(row, InboxRules.Recount(null, row));
    }

    [Fact]
    public void The_total_is_the_sum_of_the_orders()
    {
        var (one, other) = (Empty with { Unread = 2 }, Empty with { WorkOrderId = "other", Unread = 3 });

        var first = InboxRules.Replace(null, Me, null, one, Now)!.Next;
        var both = InboxRules.Replace(first, Me, null, other, Now)!.Next;
        var gone = InboxRules.Replace(both, Me, one, null, Now)!;

        Assert.Equal((2L, 5L, 3L), (first!.Unread, both!.Unread, gone.Next!.Unread));
        Assert.Equal((1L, 2L, 3L), (first.Version, both.Version, gone.Next.Version));
        Assert.Equal("""{"workOrderId":"order","unread":0,"total":3,"lastReadSequence":0}""", gone.Data);
        Assert.Null(InboxRules.Replace(both, Me, one, one, Now));
    }

    private static InboxRow Fold(InboxRow row, IEnumerable<InboxChange> changes) => changes.Aggregate(row, InboxRules.Apply);

    /// <summary>The chat as its rows have it, and the changes that it tells.</summary>
    private sealed class Chat
    {
        private static readonly string[] Users = [Me, "anna", "boris"];

        private readonly List<(string Author, bool IsDeleted)> _messages = [];
        private readonly Dictionary<string, long> _read = new(StringComparer.Ordinal);

        public List<InboxChange> Changes { get; } = [];

        public long Version { get; private set; } = 1;

        public long LastRead => _read.GetValueOrDefault(Me);

        public long Unread => UnreadOf(Me, LastRead);

        public void Play(IEnumerable<(int Action, int User, int Pick)> steps)
        {
            foreach (var (action, user, pick) in steps)
            {
                Play(action, Users[user], pick);
            }
        }

        private void Play(int action, string user, int pick)
        {
            var sequence = _messages.Count == 0 ? 0 : (pick % _messages.Count) + 1;
            if (action >= 2)
            {
                _messages.Add((user, false));
                Tell(InboxChangeKind.Sent, user, _messages.Count);
            }
            else if (sequence > 0 && action == 1 && _messages[sequence - 1] == (user, false))
            {
                _messages[sequence - 1] = (user, true);
                Tell(InboxChangeKind.Deleted, user, sequence);
            }
            else if (sequence > _read.GetValueOrDefault(user) && action == 0)
            {
                _read[user] = sequence;
                Tell(InboxChangeKind.Read, user, sequence, UnreadOf(user, sequence));
            }
            else
            {
                Version++; // Something else happened to the order.
            }
        }

        private void Tell(InboxChangeKind kind, string user, long sequence, long unread = 0) => Changes.Add(new()
        {
            WorkOrderId = "order",
            Version = ++Version,
            Kind = kind,
            UserId = user,
            Sequence = sequence,
            Unread = unread,
            At = Now,
        });

        private long UnreadOf(string user, long read) =>
            _messages.Where((message, index) => index + 1 > read && message.Author != user && !message.IsDeleted).Count();
    }
}
