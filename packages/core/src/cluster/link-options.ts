import type { LinkReport } from "../api/cluster.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { LogEvents, LogLink } from "../ports/engine-log.ts";
import type { Engine } from "../ports/engine.ts";
import type { Frame } from "./bundle.ts";

/** A listener of this process, as the link sees it. */
export interface Local {
  /** Delivers a frame that another listener or node has published. */
  arrived(topic: string, frame: Frame): void;
}

/** What a link is made of. */
export interface LinkOptions {
  readonly engine: Engine;
  /** Whether the codec makes bytes. */
  readonly bytes: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a follower waits until the engine has confirmed, at most. */
  readonly engineTimeoutMs: number;
  /** Bytes that may wait while the engine stalls. */
  readonly maxEngineBytes: number;
  readonly report: (report: LinkReport) => void;
  /** What the link's recorded topics hear of it; undefined where there are none. */
  readonly logs?: ((link: LogLink) => LogEvents) | undefined;
  /** Whether nodes say something of themselves in the engine: each then has a lease. */
  readonly members?: boolean | undefined;
}

/** 96 random bits. */
export function nodeId(): string {
  const bytes = new Uint8Array(12);
  crypto.getRandomValues(bytes);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
