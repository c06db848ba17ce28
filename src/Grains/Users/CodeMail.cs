using Actors.Mail;

namespace Actors.Users;

/// <summary>The mail that brings a code. Pure.</summary>
internal static class CodeMail
{
    public static OutgoingMail Write(string id, string recipient, string code, TimeSpan lifetime, bool inChinese, DateTimeOffset now)
    {
        var minutes = (int)lifetime.TotalMinutes;
        var (subject, sentence, warning) = inChinese
            ? ("您的验证码", $"您的验证码是 {code}，{minutes} 分钟内有效，只能使用一次。", "如果不是您本人的操作，请忽略本邮件，切勿将验证码告诉他人。")
            : (
                "Your code",
                $"Your code is {code}. It holds for {minutes} minutes and can be used once.",
                "If you did not ask for it, ignore this mail. Never tell the code to anybody.");
        return new OutgoingMail(
            id,
            recipient,
            subject,
            $"{sentence}\n\n{warning}\n",
            $"<!doctype html><html lang=\"{(inChinese ? "zh" : "en")}\"><body><p>{sentence}</p><p>{warning}</p></body></html>\n",
            Attempts: 0,
            NextAttemptAt: now,
            ExpiresAt: now + lifetime,
            CreatedAt: now);
    }
}
