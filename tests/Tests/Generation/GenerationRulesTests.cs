using Actors.Jobs;

namespace Actors.Generation;

public sealed class GenerationRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly QueueSettings Settings = new() { MaxRetries = 0 };
    private static readonly Caller Owner = new() { UserId = "owner" };

    [Fact]
    public void A_request_begins_with_four_images_and_their_jobs()
    {
        var state = New();

        Assert.Equal((RequestStatus.ImagePending, RequestPhase.ImageGeneration), (state.Status, state.Phase));
        Assert.Equal([0, 1, 2, 3], state.Images.Select(i => i.Index));
        Assert.All(state.Images, i => Assert.Equal((ImageStatus.Pending, JobStatus.Pending), (i.Status, i.Job.Status)));
        Assert.Equal(4, state.Images.Select(i => i.Job.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public void A_prompt_is_text(string prompt) => Assert.Throws<AppException>(() => Create(Owner, prompt));

    [Fact]
    public void A_service_asks_for_no_images() => Assert.Equal(
        ErrorKind.Forbidden,
        Assert.Throws<AppException>(() => Create(new() { UserId = "s", Type = PrincipalType.Service }, "p")).Kind);

    [Theory]
    [InlineData("cccc", RequestStatus.ImageCompleted, RequestPhase.AwaitingSelection)]
    [InlineData("cfff", RequestStatus.ImageCompleted, RequestPhase.AwaitingSelection)]
    [InlineData("ffff", RequestStatus.ImageFailed, RequestPhase.ImageGeneration)]
    [InlineData("cccs", RequestStatus.ImageGenerating, RequestPhase.ImageGeneration)]
    [InlineData("fff-", RequestStatus.ImageGenerating, RequestPhase.ImageGeneration)]
    [InlineData("s---", RequestStatus.ImageGenerating, RequestPhase.ImageGeneration)]
    [InlineData("----", RequestStatus.ImagePending, RequestPhase.ImageGeneration)]
    public void The_images_decide_where_the_request_stands(string images, RequestStatus status, RequestPhase phase)
    {
        var state = After(images);

        Assert.Equal((status, phase), (state.Status, state.Phase));
    }

    [Theory]
    [InlineData("cfcc", 0, null)]
    [InlineData("cfcc", 1, "IMAGE_NOT_COMPLETED")]
    [InlineData("cfcc", 4, "VALIDATION_FAILED")]
    [InlineData("cfcc", -1, "VALIDATION_FAILED")]
    [InlineData("cccs", 0, "NOT_AWAITING_SELECTION")]
    [InlineData("ffff", 0, "NOT_AWAITING_SELECTION")]
    public void An_image_that_is_there_can_be_chosen_when_none_is_being_made(string images, int index, string? code)
    {
        var state = After(images);

        var refused = Record.Exception(() => state = GenerationRules.Select(state, index, null, Owner, Now));

        Assert.Equal(code, (refused as AppException)?.Code);
        if (code is null)
        {
            Assert.Equal((RequestStatus.ModelPending, RequestPhase.ModelGeneration, index), (state!.Status, state.Phase, state.SelectedImageIndex));
        }
    }

    [Fact]
    public void Choosing_twice_the_same_does_nothing_and_another_one_is_refused_until_the_model_failed()
    {
        var chosen = GenerationRules.Select(After("cccc"), 1, null, Owner, Now)!;

        Assert.Null(GenerationRules.Select(chosen, 1, null, Owner, Now));
        Assert.Equal("NOT_AWAITING_SELECTION", Assert.Throws<AppException>(() => GenerationRules.Select(chosen, 2, null, Owner, Now)).Code);
        var failed = Hear(chosen, ModelNews.Failed)!;
        Assert.Equal(2, GenerationRules.Select(failed, 2, null, Owner, Now)!.SelectedImageIndex);
        Assert.Equal(1, GenerationRules.Select(failed, 1, null, Owner, Now)!.SelectedImageIndex);
    }

    [Fact]
    public void A_request_goes_through_to_its_end_and_then_nothing_changes_it()
    {
        var chosen = GenerationRules.Select(After("cccc"), 3, null, Owner, Now)!;
        var made = Hear(Hear(chosen, ModelNews.Started)!, ModelNews.Completed)!;

        Assert.Equal((RequestStatus.Completed, RequestPhase.Completed, Now), (made.Status, made.Phase, made.CompletedAt));
        Assert.Null(Hear(made, ModelNews.Failed));
        Assert.Equal("TASK_IS_OVER", Assert.Throws<AppException>(() => GenerationRules.Cancel(made, Owner, Now)).Code);
        Assert.Equal("TASK_IS_OVER", Assert.Throws<AppException>(() => GenerationRules.RetryImage(made, 0, null, Owner, Now)).Code);
    }

    [Fact]
    public void What_is_told_of_an_earlier_choice_counts_for_nothing()
    {
        var first = GenerationRules.Select(After("cccc"), 3, null, Owner, Now)!;
        var again = GenerationRules.RetryModel(Hear(first, ModelNews.Failed), null, Owner, Now);

        Assert.Equal((RequestStatus.ModelPending, 3, again.Version), (again.Status, again.SelectedImageIndex, again.Selection));
        Assert.Null(GenerationRules.Hear(again, new(ModelNews.Failed, first.Selection, 0, null), Now));
        Assert.Null(GenerationRules.Hear(again, new(ModelNews.Completed, first.Selection, 100, null), Now));
        Assert.NotNull(Hear(again, ModelNews.Completed));
        Assert.Equal("MODEL_NOT_FAILED", Assert.Throws<AppException>(() => GenerationRules.RetryModel(again, null, Owner, Now)).Code);
    }

    [Fact]
    public void A_failed_image_is_tried_again_and_the_good_ones_stay()
    {
        var state = GenerationRules.RetryImage(After("cfcc"), 1, null, Owner, Now);

        Assert.Equal((RequestStatus.ImageGenerating, ImageStatus.Pending, JobStatus.Pending), (state.Status, state.Images[1].Status, state.Images[1].Job.Status));
        Assert.Equal("key-0", state.Images[0].ImageFileId);
        Assert.Equal("IMAGE_NOT_FAILED", Assert.Throws<AppException>(() => GenerationRules.RetryImage(After("cfcc"), 0, null, Owner, Now)).Code);
    }

    [Fact]
    public void Who_cancels_ends_what_is_open_and_keeps_what_is_there()
    {
        var state = GenerationRules.Cancel(After("cs--"), Owner, Now)!;

        Assert.Equal(RequestStatus.Cancelled, state.Status);
        Assert.Equal([JobStatus.Completed, JobStatus.Cancelled, JobStatus.Cancelled, JobStatus.Cancelled], state.Images.Select(i => i.Job.Status));
        Assert.Null(GenerationRules.Cancel(state, Owner, Now));
        Assert.Null(GenerationRules.CompleteImage(state, state.Images[1].Job.Id, 1, "late", Now));
    }

    [Fact]
    public void Others_see_nothing_and_administrators_everything()
    {
        Assert.Equal("TASK_NOT_FOUND", Assert.Throws<AppException>(() => GenerationRules.Visible(New(), new() { UserId = "other" })).Code);
        Assert.Equal("TASK_NOT_FOUND", Assert.Throws<AppException>(() => GenerationRules.Visible(null, Owner)).Code);
        Assert.Equal("id", GenerationRules.Visible(New(), new() { UserId = "admin", Role = UserRole.Admin }).Id);
    }

    [Fact]
    public void A_version_that_is_not_the_present_one_is_refused()
    {
        var state = After("cccc");

        Assert.Equal(ErrorKind.Stale, Assert.Throws<AppException>(() => GenerationRules.Select(state, 0, state.Version - 1, Owner, Now)).Kind);
        Assert.NotNull(GenerationRules.Select(state, 0, state.Version, Owner, Now));
    }

    [Fact]
    public void Whatever_happens_in_whatever_order_status_and_phase_fit_and_each_change_is_one_version()
    {
        var random = new Random(11);
        for (var run = 0; run < 400; run++)
        {
            var state = New();
            for (var step = 0; step < 60; step++)
            {
                var next = Happen(state, random);
                if (next is null)
                {
                    continue;
                }

                Assert.True(GenerationRules.IsLegal(next.Status, next.Phase), $"{next.Status} in {next.Phase}");
                Assert.Equal(state.Version + 1, next.Version);
                Assert.False(GenerationRules.IsOver(state.Status), $"{state.Status} went on to {next.Status}");
                state = next;
            }
        }
    }

    private static GenerationState? Happen(GenerationState state, Random random)
    {
        var image = state.Images[random.Next(4)];
        try
        {
            return random.Next(9) switch
            {
                0 or 1 => GenerationRules.StartImage(state, image.Job.Id, Settings, Now),
                2 or 3 => GenerationRules.CompleteImage(state, image.Job.Id, image.Job.Attempt, "key", Now),
                4 => GenerationRules.FailImage(state, image.Job.Id, image.Job.Attempt, new("E", "e"), Settings, Now, 0),
                5 => GenerationRules.RetryImage(state, image.Index, null, Owner, Now),
                6 => GenerationRules.Select(state, image.Index, null, Owner, Now),
                7 => Hear(state, (ModelNews)random.Next(3)),
                _ => random.Next(8) == 0 ? GenerationRules.Cancel(state, Owner, Now) : null,
            };
        }
        catch (AppException)
        {
            return null;
        }
    }

    private static GenerationState New() => Create(Owner, "齿轮箱");

    private static GenerationState Create(Caller caller, string prompt) => GenerationRules.Create(null, "id", caller, new(prompt), source: null, new(), Now);

    // Of each image: c completed, f failed, s started, - not begun.
    private static GenerationState? Hear(GenerationState state, ModelNews news) => GenerationRules.Hear(state, new(news, state.Selection, 50, null), Now);

    private static GenerationState After(string images)
    {
        var state = New();
        for (var i = 0; i < images.Length; i++)
        {
            var job = state.Images[i].Job.Id;
            state = images[i] == '-' ? state : GenerationRules.StartImage(state, job, Settings, Now)!;
            state = images[i] switch
            {
                'c' => GenerationRules.CompleteImage(state, job, 1, $"key-{i}", Now)!,
                'f' => GenerationRules.FailImage(state, job, 1, new("E", "e"), Settings, Now, 0)!,
                _ => state,
            };
        }

        return state;
    }
}
