import { resumeOffered } from "../protocol/subprotocols.ts";
import type { Listener } from "../state/connection.ts";
import { OPEN } from "../state/phases.ts";
import type { ResumableSocket } from "./resumable-socket.ts";
import type { Secret } from "./secret.ts";
import type { Store } from "./store.ts";
import { whoIs } from "./who.ts";

/** An upgrade request of somebody who was here before. */
export interface Claim {
  readonly socket: ResumableSocket;
  /** By what it was found. */
  readonly secret: Secret;
  /** How many numbered frames came to the client. */
  readonly received: number;
}

/** What is known of an upgrade request, until its connection opens. */
export interface Origin {
  readonly who: string | undefined;
  /** What `authenticate` returned. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly claim: Claim | undefined;
}

/** Whether everything is still there that its client lacks. */
export function isWhole({ sent, kept }: ResumableSocket, received: number): boolean {
  return received <= sent && received >= sent - (kept?.size ?? 0);
}

/** What upgrade requests say that they were, and whether they may be. */
export class Claims {
  protected readonly hub: Listener;
  protected readonly store: Store;
  /** Whose each connection is by its upgrade request, and what it claims to have been before, by its data. */
  protected readonly origins: WeakMap<object, Origin> = new WeakMap();

  constructor(hub: Listener, store: Store) {
    this.hub = hub;
    this.store = store;
  }

  /** Which connection an upgrade request says it was, by its subprotocols; undefined where there is none. */
  claimOf(header: string | null): Claim | undefined {
    const { id = "", received = 0 } = resumeOffered(header) ?? {};
    const found = this.store.find(id);
    return found && { ...found, received };
  }

  /**
   * Looks at an upgrade that was let in.
   * @param data What becomes `ctx.data`.
   * @param given What `authenticate` returned.
   * @returns whether the connection that it says it was goes on with it.
   */
  look(data: Readonly<Record<string, unknown>>, given: Readonly<Record<string, unknown>>, claim?: Claim): boolean {
    const who = whoIs(this.hub, given, data);
    const isGood = claim !== undefined && this.isGood(claim, who);
    this.origins.set(data, { who, given, claim: isGood ? claim : undefined });
    return isGood;
  }

  /** Whether its client is who it was, and nothing is missing. Of whom something is, nobody waits for. */
  private isGood({ socket, received }: Claim, who: string | undefined): boolean {
    if (who === undefined || socket.who !== who || socket.conn.state !== OPEN) return false;
    const whole = isWhole(socket, received);
    if (!whole && socket.away !== undefined) this.store.end(socket);
    return whole;
  }
}
