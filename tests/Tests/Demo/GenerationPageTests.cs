using Actors.Infrastructure;
using Microsoft.Playwright;
using SkiaSharp;

namespace Actors.Demo;

/// <summary>The demo page in a real browser, against the whole product in one process.</summary>
public sealed class GenerationPageTests
{
    private const float Soon = 60_000;

    [Fact]
    public async Task A_prompt_becomes_four_pictures_a_model_that_turns_and_a_place_in_the_gallery()
    {
        var program = await Chromium.FindAsync();
        await using var actors = await ActorsProcess.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
        });
        var page = await browser.NewPageAsync();
        var faults = new List<string>();
        page.PageError += (_, fault) => faults.Add(fault);
        page.Console += (_, message) => faults.AddRange(message.Type == "error" ? [$"{message.Text} {message.Location}"] : []);
        await page.GotoAsync($"{actors.Url.ToString().TrimEnd('/')}/demo/generation");

        await page.FillAsync("[name=email]", $"{Guid.CreateVersion7():n}@example.org");
        await page.FillAsync("[name=password]", ActorsClient.Password);
        await page.ClickAsync("button[value=register]");
        await page.FillAsync("[name=prompt]", "一个齿轮箱");
        await page.ClickAsync("#ask button");
        await Assertions.Expect(page.Locator("#pictures img")).ToHaveCountAsync(4, new() { Timeout = Soon });
        var pictures = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => ShotAsync(page.Locator($"#pictures [data-index='{i}'] img"))));
        Assert.Equal(4, pictures.Select(Convert.ToHexString).Distinct().Count());

        await page.ClickAsync("#pictures [data-index='2']");
        await Assertions.Expect(page.Locator("#viewer[data-model]")).ToBeVisibleAsync(new() { Timeout = Soon });
        var front = await ShotAsync(page.Locator("#viewer"));
        Assert.InRange(Coloured(front), 0.15, 0.95); // the model fills a good part of the canvas, and not all of it
        await page.FocusAsync("#viewer");
        for (var i = 0; i < 4; i++)
        {
            await page.Keyboard.PressAsync("ArrowRight");
        }

        Assert.InRange(Different(front, await ShotAsync(page.Locator("#viewer"))), 0.05, 1);

        await page.ClickAsync("#publish");
        await Assertions.Expect(page.Locator("#gallery figure")).ToHaveCountAsync(1, new() { Timeout = Soon });
        Assert.True(await page.Locator("#gallery img").EvaluateAsync<bool>("async image => { await image.decode(); return image.naturalWidth > 0; }"));
        await page.ClickAsync("#gallery button");
        await Assertions.Expect(page.Locator("#gallery button")).ToHaveTextAsync("♥ 1", new() { Timeout = Soon });
        Assert.Empty(faults);
    }

    private static Task<byte[]> ShotAsync(ILocator locator) => locator.ScreenshotAsync();

    /// <summary>The part of the pixels that are not the canvas's ground.</summary>
    private static double Coloured(byte[] png)
    {
        using var picture = SKBitmap.Decode(png);
        var ground = picture.GetPixel(2, 2);
        return picture.Pixels.Count(pixel => Distance(pixel, ground) > 30) / (double)picture.Pixels.Length;
    }

    private static double Different(byte[] png, byte[] other)
    {
        using var one = SKBitmap.Decode(png);
        using var two = SKBitmap.Decode(other);
        return one.Pixels.Zip(two.Pixels).Count(pair => Distance(pair.First, pair.Second) > 30) / (double)one.Pixels.Length;
    }

    private static int Distance(SKColor a, SKColor b) => Math.Abs(a.Red - b.Red) + Math.Abs(a.Green - b.Green) + Math.Abs(a.Blue - b.Blue);
}
