import { bytesOver } from "../base/bytes.ts";
import type { Expiring } from "../base/deadlines.ts";
import { isPromise } from "../base/when.ts";
import { WsKitError } from "../message/errors.ts";
import { join, part } from "./membership.ts";
import { Joining } from "../state/calls.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";

const DONE: Promise<void> = Promise.resolve();

// Also, by \p{Cs}, surrogates without their other half: a runtime that keeps topics as UTF-8 cannot tell them apart.
// oxlint-disable-next-line no-control-regex -- control characters are what is being refused
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\p{Cs}]/u;

/** The topics of one connection: `ctx.topics`. */
export class TopicsOf {
  private readonly conn: Connection;

  constructor(conn: Connection) {
    this.conn = conn;
  }

  subscribe(topic: string): Promise<void> {
    const { conn } = this;
    if (this.has(topic)) return DONE;
    const asked = conn.joining?.get(topic);
    if (asked !== undefined) return asked;
    try {
      check(conn, topic);
      const authorize = conn.hub.authorizeTopic;
      if (authorize !== undefined) {
        const allowed = authorize(topic, conn as never);
        if (isPromise(allowed)) return this.later(topic, Promise.resolve(allowed));
        if (!allowed) throw refusal(topic);
      }
      return settled(join(topic, conn));
    } catch (error) {
      return rejected(error);
    }
  }

  unsubscribe(topic: string): Promise<void> {
    this.conn.joining?.delete(topic);
    part(topic, this.conn);
    return DONE;
  }

  has(topic: string): boolean {
    const { conn } = this;
    if (conn.state === CLOSED) return conn.following?.includes(topic) ?? false;
    return conn.hub.followers.of(topic)?.has(conn) ?? false;
  }

  list(): string[] {
    return this.conn.following?.slice() ?? [];
  }

  clear(): Promise<void> {
    this.conn.joining?.clear();
    for (const topic of this.list()) part(topic, this.conn);
    return DONE;
  }

  /** A subscribe that waits for permission; leaving or closing meanwhile calls it off. */
  private later(topic: string, allowed: Promise<boolean>): Promise<void> {
    const { conn } = this;
    const joining = (conn.joining ??= new Joining());
    joining.pending++;
    const asked = settled(inTime(conn, allowed).then((yes) => admitted(yes), refused));
    joining.set(topic, asked);
    return asked;

    function admitted(yes: boolean): unknown {
      const current = left();
      if (!yes) throw refusal(topic);
      if (!current || conn.state === CLOSED) return undefined;
      check(conn, topic);
      return join(topic, conn);
    }

    function refused(error: unknown): never {
      left();
      throw error;
    }

    /** No longer pending; false where it has been called off. */
    function left(): boolean {
      joining.pending--;
      return joining.get(topic) === asked && joining.delete(topic);
    }
  }
}

/** A permission that does not come in time is refused. */
export function inTime(conn: Connection, allowed: Promise<boolean>): Promise<boolean> {
  const { deadlines, limits } = conn.hub;
  return new Promise((resolve, reject) => {
    const limit: Expiring = {
      expiresAt: 0,
      listed: undefined,
      expire: () => {
        reject(
          new WsKitError(
            "DEADLINE_EXCEEDED",
            `authorizeTopic took over ${limits.authTimeoutMs} ms (limits.authTimeoutMs)`,
          ),
        );
      },
    };
    deadlines.add(limit, limits.authTimeoutMs);
    allowed.then(resolve, reject).finally(() => deadlines.delete(limit));
  });
}

function check(conn: Connection, topic: string): void {
  const { maxTopics, maxTopicBytes } = conn.hub.limits;
  if (conn.state === CLOSED) throw new WsKitError("FAILED_PRECONDITION", "The connection is closed");
  if (typeof topic !== "string" || topic === "" || UNPRINTABLE.test(topic)) {
    throw new WsKitError("INVALID_ARGUMENT", "A topic is a string of printable characters that is not empty");
  }
  if (bytesOver(topic, maxTopicBytes) !== undefined) {
    throw new WsKitError("INVALID_ARGUMENT", `A topic has at most ${maxTopicBytes} bytes (limits.maxTopicBytes)`);
  }
  if ((conn.following?.length ?? 0) + (conn.joining?.pending ?? 0) >= maxTopics) {
    throw new WsKitError("RESOURCE_EXHAUSTED", `A connection follows at most ${maxTopics} topics (limits.maxTopics)`);
  }
}

export function refusal(topic: string): WsKitError {
  return new WsKitError("PERMISSION_DENIED", `Not allowed to follow ${JSON.stringify(topic)}`);
}

function settled(result: unknown): Promise<void> {
  return isPromise(result) ? quiet(Promise.resolve(result).then(() => undefined)) : DONE;
}

function rejected(error: unknown): Promise<void> {
  return quiet(Promise.reject(error));
}

/** A refusal that nobody waits for is no unhandled rejection; whoever awaits it still gets it. */
function quiet(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}
