import type { Unlike } from "./match.ts";
import { packed } from "./values.ts";

/** Differences that a report names: one handler that has changed makes hundreds in a stream. */
const MAX_TOLD = 50;
/** UTF-16 units of a value that a report has, and how many of them stand before what differs. */
const MAX_SHOWN = 300;
const BEFORE = 40;

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
    return { ok, connections, sent, compared, unfilled, differences: packed(differences) };
  }

  toString(): string {
    const { differences, connections, sent, compared, unfilled } = this;
    const count = `${plural(connections, "connection")}, ${plural(sent, "frame")} sent, ${compared} compared`;
    const lines = differences.slice(0, MAX_TOLD).map((one) => describe(one));
    if (differences.length > MAX_TOLD) lines.push(`… and ${plural(differences.length - MAX_TOLD, "difference")} more`);
    if (unfilled.length > 0 && !this.ok) {
      lines.push(`Sent as they are, since nothing is known for them: ${unfilled.join(", ")} (the option values)`);
    }
    return [...lines, `${this.ok ? "The same" : plural(differences.length, "difference")}: ${count}`].join("\n");
  }
}

function describe({ kind, type, connection, line, expected, actual, unlike }: Difference): string {
  const where = `line ${line}, connection ${connection}: ${type}`;
  if (kind === "missing") return `${where} did not come\n  expected ${cut(short(expected))}`;
  if (kind === "unexpected") return `${where} had not come then\n  got ${cut(short(actual))}`;
  const parts = unlike.map((each) => {
    const [was, is] = fromWhereTheyDiffer(short(each.expected), short(each.actual));
    return `  ${each.path}: expected ${was}, got ${is}`;
  });
  return [where, ...parts].join("\n");
}

/** Long texts are often alike for longer than is shown of them. */
function fromWhereTheyDiffer(was: string, is: string): [string, string] {
  let at = 0;
  while (at < was.length && was[at] === is[at]) at++;
  const from = Math.max(was.length, is.length) > MAX_SHOWN && at > BEFORE ? at - BEFORE : 0;
  return [cut(was, from), cut(is, from)];
}

function cut(text: string, from = 0): string {
  const end = from + MAX_SHOWN;
  return `${from > 0 ? "…" : ""}${text.slice(from, end)}${end < text.length ? "…" : ""}`;
}

function plural(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

function short(value: unknown): string {
  if (!(value instanceof Uint8Array)) return value === undefined ? "nothing" : JSON.stringify(packed(value));
  return `${plural(value.length, "byte")} ${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
}
