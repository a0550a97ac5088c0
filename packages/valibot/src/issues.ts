import type { StandardIssue } from "@ws-kit/core/schema";

/** What is read of valibot's issues beyond the standard. */
interface ValibotIssue extends StandardIssue {
  readonly input: unknown;
  readonly received: string;
}

/**
 * Takes the received value out of valibot's messages. Its own end in it (`Expected string but received 5`); one that
 * the application gives, or a translation, may quote it.
 */
export function tell(issues: readonly StandardIssue[]): StandardIssue[] {
  return issues.map((issue) => {
    const { input, received, message, path } = issue as ValibotIssue;
    const [told = ""] = message.split(/ but received |: Received /);
    return { message: typeof input === "string" ? told.replaceAll(received, "…") : told, path };
  });
}
