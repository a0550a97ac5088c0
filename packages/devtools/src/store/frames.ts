import type { Packet } from "@ws-kit/core/extend";
import { Ring } from "./ring.ts";

/** Which way a frame went: to the server, to one client, to a topic. */
export type Direction = "in" | "out" | "topic";

/** One frame, as it is kept: what is shown of it is made when somebody looks. */
export interface KeptFrame {
  /** Counts up. */
  n: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly direction: Direction;
  readonly clientId: string | undefined;
  readonly type: string;
  readonly kind: string;
  readonly correlationId: string | undefined;
  readonly topic: string | undefined;
  /** Who got it, of a publish. */
  readonly matched: number;
  /** What went wrong with it. */
  readonly fault: string | undefined;
  readonly packet: Packet | undefined;
  readonly length: number;
}

/** The newest frames: bounded by their number and by what they hold. */
export class FrameLog {
  readonly ring: Ring<KeptFrame>;
  private readonly maxBytes: number;
  private bytes = 0;

  constructor(maxFrames: number, maxBytes: number) {
    this.ring = new Ring(maxFrames);
    this.maxBytes = maxBytes;
  }

  add(frame: KeptFrame): void {
    frame.n = this.ring.end;
    this.bytes += weightOf(frame) - weightOf(this.ring.push(frame));
    while (this.bytes > this.maxBytes) {
      const gone = this.ring.shift();
      if (gone === undefined) break;
      this.bytes -= weightOf(gone);
    }
  }
}

/** Names are of a peer's making, and kept beside the packet. */
function weightOf(frame: KeptFrame | undefined): number {
  if (frame === undefined) return 0;
  return frame.length + frame.type.length + (frame.correlationId?.length ?? 0);
}
