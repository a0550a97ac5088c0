import type { Packet } from "@ws-kit/core/protocol";
import { ConnectionClosedError, StateError } from "../api/errors.ts";
import type { ClientOptions } from "../api/options.ts";

/** Most messages remembered for a server that has never answered a ping. */
const MAX_UNCONFIRMED = 10_000;

/** One frame on its way out. */
export interface Outgoing {
  /** Makes its packet when it leaves, since a request tells how much time it has left by then. */
  readonly _encode: () => Packet;
  /** Told once that it will not, or may not, arrive. */
  readonly _fail: (error: Error) => void;
  /** Whether a request may be sent again; undefined for a message, which nothing answers. */
  readonly _idempotent?: boolean;
  /** What it takes of the queue. */
  _bytes?: number;
  /** The connection it left on last; the server of that one may have it. */
  _sentOn?: number;
}

/** All that has been accepted: it waits for a connection, or for a sign that it arrived. */
export interface Outbox {
  /** Sends or queues. @returns whether it was taken. */
  readonly _post: (item: Outgoing) => boolean;
  /** Sends what waits. */
  readonly _flush: () => void;
  /** Forgets it. @returns whether the present server has it. */
  readonly _remove: (item: Outgoing) => boolean;
  /**
   * A ping follows what has been sent so far.
   *
   * @returns to be called when it is answered: the ping overtook nothing, so what was sent before it has arrived. That
   * tells whether there is more to confirm.
   */
  readonly _mark: () => () => boolean;
  /** The user hangs up: gives up what waits, and what waits for an answer. */
  readonly _hangUp: (reason: string) => void;
  /**
   * The connection is gone, for good if `final`; `clean` if the server confirmed that it read everything. What may be
   * sent again waits for the next one, in its old place.
   *
   * @returns what tells those who are concerned.
   */
  readonly _lose: (reason: string, final: boolean, clean: boolean) => () => void;
}

/** @param transmit Whether the packet went out. */
export function createOutbox(
  { queue: policy, queueSize = 1_000, queueBytes = 1_048_576 }: ClientOptions,
  transmit: (packet: Packet) => boolean,
): Outbox {
  /** In the order in which they were accepted, which is that in which they leave. */
  const items = new Set<Outgoing>();
  let connection = 1;
  let confirms = false;

  const all = (which: (item: Outgoing) => boolean): Outgoing[] => [...items].filter(which);
  const waits = ({ _sentOn }: Outgoing): boolean => _sentOn !== connection;
  const unconfirmed = (item: Outgoing): boolean => item._idempotent === undefined && !waits(item);

  const remove = (item: Outgoing): boolean => items.delete(item) && !waits(item);

  const leave = (item: Outgoing): boolean => {
    if (!transmit(item._encode())) return false;
    item._sentOn = connection;
    if (!confirms && items.size > MAX_UNCONFIRMED) {
      for (const oldest of items) if (unconfirmed(oldest) && remove(oldest)) break;
    }
    return true;
  };

  const giveUp = (reason: string, which: (item: Outgoing) => boolean): (() => void) => {
    const lost = all(which);
    lost.forEach(remove);
    return () => {
      for (const item of lost) item._fail(new ConnectionClosedError(reason, !!item._sentOn));
    };
  };

  const isFull = (): boolean => {
    const queue = all(waits);
    return (
      policy === "off" ||
      queue.length > queueSize ||
      queue.reduce((sum, { _bytes = 0 }) => sum + _bytes, 0) > queueBytes
    );
  };

  return {
    _post(item) {
      items.add(item);
      if (leave(item)) return true;
      item._bytes = new Blob([item._encode() as string]).size;
      for (const next of policy === "drop-oldest" && item._bytes <= queueBytes ? all(waits) : [item]) {
        if (!isFull()) break;
        remove(next);
        next._fail(new StateError("Queue full"));
      }
      return items.has(item);
    },
    _flush: () => void all(waits).every(leave),
    _remove: remove,
    _mark() {
      const sent = all(unconfirmed);
      return () => {
        confirms = true;
        sent.forEach(remove);
        return all(unconfirmed).length > 0;
      };
    },
    _hangUp: (reason) => giveUp(reason, (item) => !unconfirmed(item))(),
    _lose(reason, final, clean) {
      if (clean) all(unconfirmed).forEach(remove);
      const tell = giveUp(reason, (item) => final || !(waits(item) || item._idempotent));
      connection++;
      return tell;
    },
  };
}
