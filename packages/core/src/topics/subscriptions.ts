import { bytesOver } from "../base/bytes.ts";
import type { Claim } from "../history/claims.ts";
import type { Expiring } from "../base/deadlines.ts";
import { isPromise } from "../base/when.ts";
import { WsKitError } from "../message/errors.ts";
import { join, part } from "./membership.ts";
import type { FreshPosition, Subscribed } from "../api/history.ts";
import {
  already,
  type Asked,
  calledOff,
  follow,
  readyFor,
  standOf,
  type Since,
  standing,
  wayBack,
  type WayBack,
} from "./recover.ts";
import { tellUnsubscribed } from "./tell.ts";
import { permission } from "./rules.ts";
import { Joining } from "../state/calls.ts";
import type { Connection } from "../state/connection.ts";
import { countTopics, includesTopic } from "../state/followed.ts";
import { CLOSED } from "../state/phases.ts";

const DONE: Promise<undefined> = Promise.resolve(undefined);

// Also, by \p{Cs}, surrogates without their other half: a runtime that keeps topics as UTF-8 cannot tell them apart.
// oxlint-disable-next-line no-control-regex -- control characters are what is being refused
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\p{Cs}]/u;

/** The topics of one connection: `ctx.topics`. */
export class TopicsOf {
  private readonly conn: Connection;

  constructor(conn: Connection) {
    this.conn = conn;
  }

  /**
   * @param asked What its client said of itself where it asks for the topic; otherwise what it has said before counts.
   * @returns of a recorded topic what became of it.
   */
  subscribe(topic: string, asked?: Asked): Promise<Subscribed | undefined> {
    const { conn } = this;
    const waiting = conn.joining?.get(topic);
    if (waiting !== undefined) return waiting;
    try {
      if (this.has(topic)) return settled(already(conn, topic, asked));
      check(conn, topic);
      const allowed = permission(conn, topic);
      if (!isPromise(allowed) && !allowed) throw refusal(topic);
      const way = wayBack(conn, topic, asked);
      if (isPromise(allowed) || (way !== undefined && takesTime(way)))
        return this.later(topic, Promise.resolve(allowed), way);
      return settled(way === undefined ? join(topic, conn) : follow(way, undefined));
    } catch (error) {
      return rejected(error);
    }
  }

  /** Where a recorded topic stands, and what proves that its peer may follow it from there. */
  async position(topic: string): Promise<FreshPosition> {
    return standOf(this.conn, topic);
  }

  unsubscribe(topic: string): Promise<void> {
    this.conn.joining?.delete(topic);
    this.leave(topic);
    return DONE;
  }

  has(topic: string): boolean {
    const { conn } = this;
    if (conn.state === CLOSED) return includesTopic(conn.followed, topic);
    return conn.hub.followers.of(topic)?.has(conn) ?? false;
  }

  list(): string[] {
    return this.conn.following;
  }

  clear(): Promise<void> {
    this.conn.joining?.clear();
    for (const topic of this.list()) this.leave(topic);
    return DONE;
  }

  private leave(topic: string): void {
    const { conn } = this;
    if (part(topic, conn) && conn.hub.recorded?.historyOf(topic) !== undefined) tellUnsubscribed(conn, topic);
  }

  /** A subscribe that waits for permission, or for what proves its position; leaving or closing meanwhile calls it off. */
  private later(topic: string, allowed: Promise<unknown>, way: WayBack | undefined): Promise<Subscribed | undefined> {
    const { conn } = this;
    const joining = (conn.joining ??= new Joining());
    joining.pending++;
    conn.hub.joining.add(conn);
    const entered = inTime(conn, allowed).then((yes) => {
      if (!yes) throw refusal(topic);
      return way === undefined || !takesTime(way) ? admitted(undefined) : whenReady(way, admitted);
    });
    if (way?.claim !== undefined) giveBackUnless(entered, way, way.claim);
    let pending = 1;
    const asked = settled(entered.finally(left));
    joining.set(topic, asked);
    return asked;

    function admitted(since: Since): unknown {
      if (joining.wasRevoked(asked)) throw refusal(topic);
      if (joining.get(topic) !== asked || conn.state === CLOSED) return calledOff(way);
      // It counts as followed from here on, and no longer as one that waits.
      left();
      check(conn, topic);
      return way === undefined ? join(topic, conn) : follow(way, since);
    }

    function left(): void {
      if (joining.get(topic) === asked) joining.delete(topic);
      joining.pending -= pending;
      pending = 0;
      if (joining.pending === 0) conn.hub.joining.delete(conn);
    }
  }
}

/** Whether something has to be waited for: what proves a position, or the log of an engine. */
function takesTime({ claim, recorded }: WayBack): boolean {
  return claim !== undefined || recorded.log === undefined;
}

/** What a client has said of itself is said once a connection, and a handler may ask for the topic again. */
function giveBackUnless(entered: Promise<unknown>, { conn, recorded, topic }: WayBack, claim: Claim): void {
  entered.catch(() => recorded.claims.giveBack(conn, topic, claim));
}

async function whenReady(way: WayBack, then: (since: Since) => unknown): Promise<unknown> {
  const since = way.claim === undefined ? undefined : await standing(way, way.claim);
  const release = await readyFor(way, since);
  try {
    return then(since);
  } finally {
    release?.();
  }
}

/** A permission that does not come in time is refused. */
export function inTime(conn: Connection, allowed: Promise<unknown>): Promise<unknown> {
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
  if (countTopics(conn.followed) + (conn.joining?.pending ?? 0) >= maxTopics) {
    throw new WsKitError("RESOURCE_EXHAUSTED", `A connection follows at most ${maxTopics} topics (limits.maxTopics)`);
  }
}

export function refusal(topic: string): WsKitError {
  return new WsKitError("PERMISSION_DENIED", `Not allowed to follow ${JSON.stringify(topic)}`);
}

/** @param result What joining gives: something to wait for, or what became of a recorded topic. */
function settled(result: unknown): Promise<Subscribed | undefined> {
  if (isPromise(result)) return quiet(Promise.resolve(result) as Promise<Subscribed | undefined>);
  return result === undefined ? DONE : Promise.resolve(result as Subscribed);
}

function rejected(error: unknown): Promise<undefined> {
  return quiet(Promise.reject(error));
}

/** A refusal that nobody waits for is no unhandled rejection; whoever awaits it still gets it. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
