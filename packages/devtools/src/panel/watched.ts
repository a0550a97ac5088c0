import type { Packet } from "@ws-kit/core/protocol";

/** A frame as the panel keeps it. */
export interface PanelFrame {
  readonly n: number;
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
  readonly direction: "in" | "out";
  readonly type: string;
  readonly correlationId: string | undefined;
  readonly length: number;
  /** Undefined where it is no JSON. */
  readonly frame: unknown;
}

/** A request that waits for its answer. */
export interface Pending {
  readonly type: string;
  readonly since: number;
}

/** What a client tells its observers, as far as the panel looks at it. */
export type PanelObservation =
  | { readonly kind: "sent" | "received"; readonly at: number; readonly detail: Packet }
  | { readonly kind: "state"; readonly at: number; readonly detail: { readonly state: string; readonly code?: number } }
  | {
      readonly kind: "settled";
      readonly at: number;
      readonly detail: {
        readonly type: string;
        readonly correlationId: string;
        readonly startedAt: number;
        readonly error: unknown;
      };
    };

/** Requests whose ends are kept. */
const MAX_SETTLED = 50;
/** Requests that wait; of more the oldest are forgotten. */
const MAX_PENDING = 500;

/** What has happened to a client, bounded. */
export class Watched {
  readonly frames: PanelFrame[] = [];
  readonly pending: Map<string, Pending> = new Map<string, Pending>();
  readonly settled: { readonly type: string; readonly ms: number; readonly failed: boolean }[] = [];
  sent = 0;
  received = 0;
  /** How often it was opened. */
  opens = 0;
  lastClose: number | undefined = undefined;
  private readonly maxFrames: number;
  private n = 0;

  constructor(maxFrames: number) {
    this.maxFrames = maxFrames;
  }

  tell(observation: PanelObservation): void {
    const { at } = observation;
    switch (observation.kind) {
      case "sent":
      case "received":
        return this.frame(observation.kind === "sent" ? "out" : "in", at, observation.detail);
      case "state": {
        const { state, code } = observation.detail;
        if (state === "open") this.opens++;
        if (state === "closed") this.lastClose = code;
        return;
      }
      case "settled": {
        const { type, correlationId, startedAt, error } = observation.detail;
        this.pending.delete(correlationId);
        this.settled.push({ type, ms: at - startedAt, failed: error !== undefined });
        if (this.settled.length > MAX_SETTLED) this.settled.shift();
      }
    }
  }

  /** Half of the last requests took no longer, in milliseconds. */
  get medianMs(): number | undefined {
    return this.settled.map(({ ms }) => ms).toSorted((a, b) => a - b)[Math.floor(this.settled.length / 2)];
  }

  private frame(direction: PanelFrame["direction"], at: number, packet: Packet): void {
    const frame = typeof packet === "string" ? parsed(packet) : undefined;
    const { type = "(bytes)", meta } = (frame ?? {}) as {
      type?: string;
      meta?: { correlationId?: string; timeoutMs?: number };
    };
    if (type === "$ws:ping" || type === "$ws:pong") return;
    if (direction === "out") this.sent++;
    else this.received++;
    const correlationId = meta?.correlationId;
    if (
      direction === "out" &&
      correlationId !== undefined &&
      !type.startsWith("$ws:") &&
      !correlationId.startsWith("s:")
    ) {
      this.pending.set(correlationId, { type, since: at });
      const [oldest] = this.pending.keys();
      if (this.pending.size > MAX_PENDING && oldest !== undefined) this.pending.delete(oldest);
    }
    this.frames.push({ n: this.n++, at, direction, type, correlationId, length: packet.length, frame });
    if (this.frames.length > this.maxFrames) this.frames.shift();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
