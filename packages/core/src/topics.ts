import type { Connection } from "./connection.ts";
import { CLOSED } from "./state.ts";
import { report } from "./failures.ts";
import { bytesOver } from "./limits.ts";
import { isPromise, WsKitError } from "./protocol/index.ts";

const DONE: Promise<void> = Promise.resolve();
// oxlint-disable-next-line no-control-regex -- control characters are what is being refused
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** The topics of one connection: `ctx.topics`. */
export class TopicsOf {
  private readonly conn: Connection;

  constructor(conn: Connection) {
    this.conn = conn;
  }

  subscribe(topic: string): Promise<void> {
    const { conn } = this;
    if (this.has(topic)) return DONE;
    try {
      check(conn, topic);
      const authorize = conn.hub.authorizeTopic;
      if (authorize !== undefined) {
        const allowed = authorize(topic, conn as never);
        if (isPromise(allowed)) return this.later(topic, Promise.resolve(allowed));
        if (!allowed) throw refusal(topic);
      }
      return settled(conn.hub.topics.add(topic, conn));
    } catch (error) {
      return rejected(error);
    }
  }

  unsubscribe(topic: string): Promise<void> {
    this.conn.joining?.delete(topic);
    return settled(this.conn.hub.topics.remove(topic, this.conn));
  }

  has(topic: string): boolean {
    const { conn } = this;
    if (conn.state === CLOSED) return conn.following?.includes(topic) ?? false;
    return conn.hub.topics.of(topic)?.has(conn) ?? false;
  }

  list(): string[] {
    return this.conn.following?.slice() ?? [];
  }

  clear(): Promise<void> {
    this.conn.joining?.clear();
    const left = this.list().map((topic) => this.conn.hub.topics.remove(topic, this.conn));
    return settled(left.some(isPromise) ? Promise.all(left) : undefined);
  }

  /** A subscribe that waits for permission; leaving or closing meanwhile calls it off. */
  private later(topic: string, allowed: Promise<boolean>): Promise<void> {
    const { conn } = this;
    const ticket = Symbol(topic);
    (conn.joining ??= new Map()).set(topic, ticket);
    const joined = allowed.then(
      (yes) => {
        const current = conn.joining?.get(topic) === ticket;
        if (current) conn.joining?.delete(topic);
        if (!yes) throw refusal(topic);
        if (current && conn.state !== CLOSED) {
          check(conn, topic);
          return conn.hub.topics.add(topic, conn);
        }
        return undefined;
      },
      (error: unknown) => {
        if (conn.joining?.get(topic) === ticket) conn.joining.delete(topic);
        throw error;
      },
    );
    return settled(joined);
  }
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
  if ((conn.following?.length ?? 0) >= maxTopics) {
    throw new WsKitError("RESOURCE_EXHAUSTED", `A connection follows at most ${maxTopics} topics (limits.maxTopics)`);
  }
}

function refusal(topic: string): WsKitError {
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

/** Who follows what on one listener; also subscribes natively, and tells the broker of first followers and last. */
export class TopicIndex {
  private readonly followers = new Map<string, Set<Connection>>();

  of(topic: string): ReadonlySet<Connection> | undefined {
    return this.followers.get(topic);
  }

  /** Every topic that anybody follows. */
  names(): IterableIterator<string> {
    return this.followers.keys();
  }

  /** Resolves once other nodes' publishes will arrive too; local ones do at once. */
  add(topic: string, conn: Connection): unknown {
    let set = this.followers.get(topic);
    const first = set === undefined;
    if (set === undefined) this.followers.set(topic, (set = new Set()));
    else if (set.has(conn)) return undefined;
    set.add(conn);
    if (conn.following === undefined) conn.following = [topic];
    else conn.following.push(topic);
    const { hub } = conn;
    if (hub.nativeTopics) conn.socket.subscribe?.(hub.nativeName(topic));
    hub.runtime.settled?.(conn);
    return first ? hub.brokerLink?.subscribe(topic) : undefined;
  }

  remove(topic: string, conn: Connection): unknown {
    const { following, hub } = conn;
    const index = following?.indexOf(topic) ?? -1;
    if (index < 0) return undefined;
    following?.splice(index, 1);
    if (hub.nativeTopics && conn.state !== CLOSED) conn.socket.unsubscribe?.(hub.nativeName(topic));
    hub.runtime.settled?.(conn);
    return this.drop(topic, conn);
  }

  /** A closed connection receives nothing more; what it followed stays readable in `onClose`. */
  leave(conn: Connection): void {
    conn.joining?.clear();
    for (const topic of conn.following ?? []) {
      const left = this.drop(topic, conn);
      if (isPromise(left)) left.then(undefined, (error: unknown) => report(conn.hub, error, undefined, conn));
    }
  }

  private drop(topic: string, conn: Connection): unknown {
    const set = this.followers.get(topic);
    if (set?.delete(conn) !== true || set.size > 0) return undefined;
    this.followers.delete(topic);
    return conn.hub.brokerLink?.unsubscribe(topic);
  }
}
