import type { UpgradeRefusalCause } from "../api/facts.ts";
import { DEFAULT_LIMITS, type Limits, resolveLimits } from "../api/limits.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { calmLogger } from "../base/calm-logger.ts";
import { consoleLogger, type Logger, sureLogger } from "../base/logger.ts";
import { toError } from "../base/thrown.ts";
import type { Codec } from "../protocol/codec.ts";
import type { Claims } from "../resume/claims.ts";
import type { Agreement } from "./agreement.ts";
import { Slots } from "./slots.ts";
import type { AnyUpgradeOptions, Peer } from "./upgrade-options.ts";
import { logRefusal } from "./refusal-log.ts";

/** What a runtime tells of a request, and whatever else its handlers are given with it. */
export interface PeerSource extends Omit<Peer, "headers"> {
  /**
   * The runtime's own form of a request that stands for a token which was brought later. It is kept as long as the
   * connection, and should hold on to nothing of the request. Left out where that is the `Request` itself.
   */
  readonly renewed?: (req: Request) => unknown;
}

/** What is remembered of a connection's upgrade, so that `authenticate` can decide on a later token. */
export interface Arrival {
  /** The request's URL without its query. */
  readonly url: string;
  /** Who asked, without the runtime's own request. */
  readonly peer: Omit<PeerSource, "request">;
  readonly authenticate: NonNullable<AnyUpgradeOptions["authenticate"]>;
}

/** Where an endpoint's requests come from. */
export interface AdmitSource {
  /** Decides on tokens that are brought over open connections. Default: the options' `authenticate`; null for nobody. */
  readonly renewedBy?: Arrival["authenticate"] | null | undefined;
  /** They came off a wire, as a client sent them: an incomplete handshake is refused, which otherwise the runtime does. */
  readonly offWire?: boolean | undefined;
}

/** What deciding on upgrades needs of whoever they go to: a listener, or a Worker that leads them on to one. */
export interface Entrance {
  readonly limits: Pick<Limits, "authTimeoutMs">;
  readonly logger: Logger;
  readonly clock: Clock;
  /** What its clients have to speak; left out by whoever leads them on, where the listener decides. */
  readonly codec?: Codec;
  /** New connections are refused. */
  readonly draining: boolean;
  readonly slots: Slots;
  /** Where connections may bring a new token: what is remembered of their upgrades, by their data, which nobody else has. */
  readonly arrivals?: WeakMap<object, Arrival> | undefined;
  /** From where connections came, by their data; undefined where nobody asks for it. */
  readonly addresses?: WeakMap<object, string | undefined> | undefined;
  /** What clients have to have agreed to; left out by whoever leads them on. */
  readonly agreement?: Agreement | undefined;
  /** What knows connections that were here before; left out where none outlives its socket. */
  readonly resume?: Pick<Claims, "claimOf" | "look"> | undefined;
  /** Something of the application has failed. Never throws. */
  failed(error: unknown): void;
  /** An upgrade was refused: called for each by whoever decides, and for what the runtime itself refuses. Never throws. */
  upgradeRefused(status: number, cause: UpgradeRefusalCause, url: string): void;
}

/** An entrance without a listener behind it: it lends its time limit and its log to the decision. */
export function createEntrance({
  authTimeoutMs = DEFAULT_LIMITS.authTimeoutMs,
  logger = consoleLogger,
}: { authTimeoutMs?: number; logger?: Logger } = {}): Entrance {
  const limits = resolveLimits({ authTimeoutMs });
  const calm = calmLogger(sureLogger(logger), systemClock, true);
  return {
    limits,
    logger: calm,
    clock: systemClock,
    draining: false,
    slots: new Slots(),
    failed: (error) => calm.error(toError(error).message, error),
    // There are no extensions without a listener.
    upgradeRefused: (status, cause, url) => logRefusal(calm, status, cause, url),
  };
}
