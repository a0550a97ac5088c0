import { packed, unpacked } from "./values.ts";

/** The first line of a file. */
export interface SessionHeader {
  /** Version of the format. */
  readonly wsKitSession: 1;
  /** ISO 8601. */
  readonly recordedAt: string;
  /** Frames that were left out since there were too many. */
  readonly dropped?: number;
}

/** A line after it. */
export interface SessionEvent {
  /** Milliseconds since recording began. */
  readonly at: number;
  /** Counts the connections from 1, in the order in which they opened. */
  readonly c: number;
  /** It opened, with what `ctx.data` was then. `late`: it was open when recording began. */
  readonly open?: { readonly data: unknown; readonly late?: true };
  /** What the client sent. */
  readonly in?: unknown;
  /** What it was sent. */
  readonly out?: unknown;
  /** It is over; `byServer`: this end closed it. */
  readonly close?: { readonly code: number; readonly reason: string; readonly byServer?: true };
}

export interface Session {
  readonly header: SessionHeader;
  readonly events: readonly SessionEvent[];
}

/** JSON Lines (https://jsonlines.org): a header, then an event a line. Bytes stand there as `{"$ws:bytes":"<base64>"}`. */
export function writeSession({ header, events }: Session): string {
  return [header, ...events].map((line) => `${JSON.stringify(packed(line))}\n`).join("");
}

/** @throws TypeError that names the line. */
export function parseSession(text: string): Session {
  const [first, ...rest] = text.split("\n").filter((line) => line.trim() !== "");
  const header = parsed(first ?? "", 1) as Partial<SessionHeader>;
  if (header.wsKitSession === undefined) {
    throw new TypeError("This is no session: its first line has no wsKitSession");
  }
  if (header.wsKitSession !== 1) {
    throw new TypeError(
      `Sessions of version ${String(header.wsKitSession)} are not known here: take a newer @ws-kit/devtools`,
    );
  }
  const events = rest.map((line, index) => {
    const event = parsed(line, index + 2) as Partial<SessionEvent>;
    if (typeof event.at === "number" && Number.isSafeInteger(event.c)) return event as SessionEvent;
    throw new TypeError(`Line ${index + 2} of the session is no event`);
  });
  return { header: header as SessionHeader, events };
}

function parsed(line: string, number: number): object {
  try {
    const value: unknown = unpacked(JSON.parse(line));
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new TypeError(`Line ${number} of the session is no JSON object`);
}
