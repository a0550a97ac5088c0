import type { StandardIssue } from "@ws-kit/core/protocol";

/** What valibot adds to a standard issue. */
interface ValibotIssue extends StandardIssue {
  readonly kind: "schema" | "validation" | "transformation";
  readonly input: unknown;
  readonly expected: string | null;
  readonly received: string;
}

/**
 * Takes the received value out of valibot's messages: its default ones end in it (`Expected string but received 5`).
 * A message that an application or a translation gives quotes a string at most.
 */
export function tell(issues: readonly StandardIssue[]): StandardIssue[] {
  return issues.map((issue) => {
    const { kind, input, expected, received, message, path } = issue as ValibotIssue;
    return {
      message: message.endsWith(`eceived ${received}`)
        ? rebuilt(message.slice(0, message.indexOf(":")), expected, kind === "schema" ? typeName(input) : undefined)
        : message.replaceAll(typeof input === "string" ? `"${input}"` : /$^/g, typeName(input)),
      path: path?.map((part) => (typeof part === "object" ? part.key : part)),
    };
  });
}

function rebuilt(subject: string, expected: string | null, found: string | undefined): string {
  const wanted = expected === null ? "" : `: Expected ${expected}`;
  return subject + wanted + (found && expected !== null ? ` but received ${found}` : "");
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
