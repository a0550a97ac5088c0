import type { Subscribed } from "../api/history.ts";
import type { Expiring } from "../base/deadlines.ts";

/** An rpc that has not settled. */
export interface OpenCall {
  readonly id: string;
  readonly timeoutMs: number;
  /** In monotonic milliseconds. */
  expiresAt: number;
  /** Its time is up. */
  expire(): void;
  /** The caller gave up. */
  cancel(): void;
  /** The connection is gone. */
  disconnect(): void;
}

/** The rpcs of one connection that have not settled, by correlation id, and how many of its handlers run beside each other. */
export class Calls extends Map<string, OpenCall> {
  /** Those whose answer has been given, or is no longer wanted, included. */
  running = 0;
  /** Ends those whose time is up; where it is listed, it is due no later than the first of them. */
  timer: Expiring | undefined = undefined;
}

/** Topics that wait for permission, by name, each with what answers the subscribe. */
export class Joining extends Map<string, Promise<Subscribed | undefined>> {
  /** Permissions that were asked for and not given, those that nobody waits for any more included. */
  pending = 0;
  private revoked: WeakSet<object> | undefined = undefined;

  /** Nobody waits for it any more, and it was taken meanwhile. */
  revoke(topic: string): void {
    const asked = this.get(topic);
    if (asked === undefined) return;
    (this.revoked ??= new WeakSet()).add(asked);
    this.delete(topic);
  }

  wasRevoked(asked: object): boolean {
    return this.revoked?.has(asked) === true;
  }
}
