import type { Closed, ExtensionConnection, ExtensionListener, Packet } from "@ws-kit/core/extend";
import type { RedactRule } from "../redact.ts";
import { redactor } from "../redact.ts";
import type { Session, SessionEvent } from "./format.ts";
import { packed } from "./values.ts";

export interface RecordOptions {
  /** Most frames; what comes after them is counted and left out. Default 100,000. */
  readonly maxFrames?: number | undefined;
  /** Most bytes of frames, as they travelled (of text: UTF-16 units); what is over it is counted and left out. Default 67,108,864. */
  readonly maxBytes?: number | undefined;
}

/** A session that is being recorded. */
export interface Recording {
  /** Frames so far. */
  readonly frames: number;
  /** Frames that were left out since there were too many. */
  readonly dropped: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Ends it. @returns the session as JSON Lines. */
  stop(): string;
}

/**
 * Writes down what connections send and are sent. What is redacted is numbered: the same value has the same number wherever it
 * stands, so that a replay can put the one in its place that the server gives then.
 */
export class Recorder {
  frames = 0;
  dropped = 0;
  readonly since: number;
  private readonly maxFrames: number;
  private readonly maxBytes: number;
  private bytes = 0;
  private readonly events: SessionEvent[] = [];
  private readonly numbers = new Map<ExtensionConnection, number>();
  private readonly hidden = new Map<string, string>();
  private readonly redact: ReturnType<typeof redactor>;
  private lastPacket: Packet | undefined = undefined;
  private lastFrame: unknown = undefined;

  constructor(
    rule: RedactRule | undefined,
    since: number,
    { maxFrames = 100_000, maxBytes = 67_108_864 }: RecordOptions,
  ) {
    this.since = since;
    this.maxFrames = maxFrames;
    this.maxBytes = maxBytes;
    this.redact = redactor(rule, (value) => this.placeholder(value), true);
  }

  opened(connection: ExtensionConnection, at: number, late = false): number {
    const c = this.numbers.size + 1;
    this.numbers.set(connection, c);
    const { clientId: _, ...data } = connection.data;
    this.events.push({ at: this.time(at), c, open: { data: this.redact(data), ...(late && { late: true as const }) } });
    return c;
  }

  closed(connection: ExtensionConnection, { code, reason, byServer }: Closed, at: number): void {
    const c = this.numbers.get(connection);
    if (c !== undefined)
      this.events.push({ at: this.time(at), c, close: { code, reason, ...(byServer && { byServer }) } });
  }

  came(connection: ExtensionConnection, frame: Packet, listener: ExtensionListener, at: number): void {
    this.frame("in", connection, frame, listener, at);
  }

  left(connection: ExtensionConnection, frame: Packet, listener: ExtensionListener, at: number): void {
    this.frame("out", connection, frame, listener, at);
  }

  get session(): Session {
    const { events, dropped } = this;
    const recordedAt = new Date(this.since).toISOString();
    return { header: { wsKitSession: 1, recordedAt, ...(dropped > 0 && { dropped }) }, events };
  }

  /** What is no frame is left out: nothing says what of it is to be hidden. */
  private frame(
    way: "in" | "out",
    connection: ExtensionConnection,
    packet: Packet,
    { codec }: ExtensionListener,
    at: number,
  ): void {
    if (this.frames >= this.maxFrames || this.bytes + packet.length > this.maxBytes) return void this.dropped++;
    // A publish comes once for each of its receivers.
    if (packet !== this.lastPacket) {
      try {
        this.lastFrame = this.redact(codec.decode(packet));
        this.lastPacket = packet;
      } catch {
        return void this.dropped++;
      }
    }
    const c = this.numbers.get(connection) ?? this.opened(connection, at, true);
    this.frames++;
    this.bytes += packet.length;
    this.events.push({ at: this.time(at), c, [way]: this.lastFrame });
  }

  private placeholder(value: unknown): string {
    const key = JSON.stringify(packed(value)) ?? String(value);
    let name = this.hidden.get(key);
    if (name === undefined) this.hidden.set(key, (name = `[redacted ${this.hidden.size + 1}]`));
    return name;
  }

  private time(at: number): number {
    return Math.max(0, Math.round((at - this.since) * 100) / 100);
  }
}
