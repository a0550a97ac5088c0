import type { Unlike } from "./match.ts";

/** Something that is not as it was. */
export interface Difference {
  /** Number of its connection, from 1. */
  readonly connection: number;
  /** Line of the file. */
  readonly line: number;
  /** `missing`: it did not come; `unexpected`: it had not come then; `closed`: the server closed with another code, or not. */
  readonly kind: "missing" | "different" | "unexpected" | "closed";
  readonly type: string;
  readonly expected: unknown;
  readonly actual: unknown;
  /** Where they differ. */
  readonly unlike: readonly Unlike[];
}

/** What came of a replay. As a text it is a report. */
export class Replayed {
  readonly differences: readonly Difference[];
  readonly connections: number;
  /** Frames that were sent to the server. */
  readonly sent: number;
  /** Frames of it that were compared. */
  readonly compared: number;
  /** Placeholders of redacted values that clients sent and nothing was known for: the server got the placeholder. */
  readonly unfilled: readonly string[];

  constructor(of: Pick<Replayed, "differences" | "connections" | "sent" | "compared" | "unfilled">) {
    this.differences = of.differences;
    this.connections = of.connections;
    this.sent = of.sent;
    this.compared = of.compared;
    this.unfilled = of.unfilled;
  }

  /** Whether there is no difference. */
  get ok(): boolean {
    return this.differences.length === 0;
  }

  toJSON(): object {
    const { ok, connections, sent, compared, unfilled, differences } = this;
    return { ok, connections, sent, compared, unfilled, differences };
  }

  toString(): string {
    const { differences, connections, sent, compared, unfilled } = this;
    const count = `${plural(connections, "connection")}, ${plural(sent, "frame")} sent, ${compared} compared`;
    const lines = differences.map((one) => describe(one));
    if (unfilled.length > 0 && !this.ok) {
      lines.push(`Sent as they are, since nothing is known for them: ${unfilled.join(", ")} (the option values)`);
    }
    return [...lines, `${this.ok ? "The same" : plural(differences.length, "difference")}: ${count}`].join("\n");
  }
}

function describe({ kind, type, connection, line, expected, actual, unlike }: Difference): string {
  const where = `line ${line}, connection ${connection}: ${type}`;
  if (kind === "missing") return `${where} did not come\n  expected ${short(expected)}`;
  if (kind === "unexpected") return `${where} had not come then\n  got ${short(actual)}`;
  const parts = unlike.map((each) => `  ${each.path}: expected ${short(each.expected)}, got ${short(each.actual)}`);
  return [where, ...parts].join("\n");
}

function plural(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

function short(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
