namespace Actors.Bench;

/// <summary>Says whether a target is met.</summary>
internal static class Verdict
{
    public static bool Tell(string what, double? value, double most)
    {
        var isMet = value <= most;
        Console.WriteLine($"{what}: {(value is null ? "events missing" : $"{value:F1}")} (target ≤ {most}) {(isMet ? "met" : "MISSED")}");
        return isMet;
    }
}
