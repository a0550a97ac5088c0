import { StateError } from "./errors.ts";
import type { Link } from "./link.ts";
import type { ClientOptions } from "./options.ts";

/** One frame to send: encoded when it leaves, since a request tells how much time it has left by then. */
export interface Outgoing {
  readonly type: string;
  readonly payload: unknown;
  /** Bytes it holds in the queue. */
  bytes: number;
  readonly encode: () => string;
  /** Called when the socket took it. */
  readonly sent?: () => void;
  /** Called when it is dropped from the queue. */
  readonly dropped: (error: StateError) => void;
}

/** What waits for a connection, in the order it was accepted. */
export interface Outbox {
  /** Sends or queues. @returns whether it was taken. */
  readonly post: (item: Outgoing) => boolean;
  /** Puts what may be sent again before everything else. */
  readonly unshift: (items: readonly Outgoing[]) => void;
  readonly remove: (item: Outgoing) => void;
  readonly flush: () => void;
  /** Empties it. @returns what was in it. */
  readonly clear: () => Outgoing[];
}

/** @param ready Whether frames may go out now; the server may be draining. */
export function createOutbox(options: ClientOptions, link: Link, ready: () => boolean): Outbox {
  const { queue: policy, queueSize = 1_000, queueBytes = 1_048_576 } = options;
  let queue: Outgoing[] = [];
  let bytes = 0;

  function transmit(item: Outgoing): boolean {
    if (!ready() || !link.send(item.encode())) return false;
    item.sent?.();
    return true;
  }

  function enqueue(item: Outgoing): boolean {
    item.bytes = new TextEncoder().encode(item.encode()).length;
    const fits = () => queue.length < queueSize && bytes + item.bytes <= queueBytes;
    while (!fits()) {
      const oldest = policy === "drop-oldest" && queue.shift();
      if (!oldest) return false;
      bytes -= oldest.bytes;
      oldest.dropped(new StateError("Dropped from the full queue"));
    }
    queue.push(item);
    bytes += item.bytes;
    return true;
  }

  return {
    post(item) {
      // A socket that cannot get rid of its bytes is as full as a queue.
      const stuck = link.buffered() > queueBytes;
      if (!stuck && queue.length === 0 && transmit(item)) return true;
      if (policy === "off") return false;
      if (!stuck && enqueue(item)) return true;
      item.dropped(new StateError("No room in the queue"));
      return false;
    },
    unshift(items) {
      queue.unshift(...items);
      for (const item of items) bytes += item.bytes;
    },
    remove(item) {
      const at = queue.indexOf(item);
      if (at < 0) return;
      queue.splice(at, 1);
      bytes -= item.bytes;
    },
    flush() {
      for (let item = queue[0]; item && transmit(item); item = queue[0]) {
        queue.shift();
        bytes -= item.bytes;
      }
    },
    clear() {
      const all = queue;
      queue = [];
      bytes = 0;
      return all;
    },
  };
}
