import { type Packet, when } from "@ws-kit/core/protocol";
import { ConnectionClosedError, StateError } from "../api/errors.ts";
import type { ClientOptions } from "../api/options.ts";
import { attempt, type Fail } from "../steps/attempt.ts";
import { createLane } from "../steps/lane.ts";
import { utf8Length } from "../steps/utf8.ts";

/** Makes a frame's packet when it leaves, since a request tells how much time it has left by then; undefined for none. */
export type Encode = () => Packet | undefined;

/** One frame on its way out. */
export interface Outgoing {
  /** Told once that it will not, or may not, arrive, or why it cannot be sent. */
  readonly _fail: Fail;
  /** Whether a request may be sent again; undefined for a message, which nothing answers. */
  readonly _idempotent?: boolean;
  /** The number of the only connection that it may leave on, which it does before all that waits. */
  readonly _on?: number | undefined;
  /** What it takes of the queue, while it is there. */
  _bytes?: number;
  /** Whether it was sent; a server may have it. */
  _left?: boolean;
}

/** All that has been accepted: it waits for a connection, or for a sign that it arrived. */
export interface Outbox {
  /**
   * Accepts it, and sends or queues it once its schema has seen it, in the order of acceptance.
   *
   * @param prepare Called at once, since the payload may change later. What it throws is told to the item.
   * @returns whether it was taken, as far as is known yet.
   */
  readonly _post: (item: Outgoing, prepare: () => Encode | Promise<Encode>) => boolean;
  /** Sends what waits. */
  readonly _flush: () => void;
  /**
   * The server has answered this one, and so has read all messages that were sent before. After the last answer only the
   * user's hanging up can come before what its schema says of it.
   */
  readonly _answered: (item: Outgoing, last: boolean) => void;
  /** Bytes that wait for a connection. */
  readonly _queued: () => number;
  /** How much of what was taken has neither arrived nor been given up. */
  readonly _size: () => number;
  /** Forgets it. @returns whether the present server is at work on it. */
  readonly _remove: (item: Outgoing) => boolean;
  /**
   * A ping follows what has been sent so far.
   *
   * @returns to be called when it is answered: the ping overtook nothing, so what was sent before it has arrived.
   */
  readonly _mark: () => () => void;
  /** The user hangs up: gives up what waits, and what waits for an answer. */
  _hangUp: (reason: string) => void;
  /**
   * The connection is gone, for good if `final`; `clean` if the server confirmed that it read everything. What may be
   * sent again waits for the next one, in its old place.
   *
   * @returns what tells those who are concerned.
   */
  _lose: (reason: string, final: boolean, clean: boolean) => () => void;
}

/** @param transmit Whether the packet went out. */
export function createOutbox(
  { queue: policy, queueSize = 1_000, queueBytes = 1_048_576, share }: ClientOptions,
  transmit: (packet: Packet, on?: number) => boolean,
): Outbox {
  /** Accepted, with their schema at work, or that of their answer. */
  const coming = new Set<Outgoing>();
  /** In the order in which they leave, which is that of acceptance. */
  let queue = new Map<Outgoing, Encode>();
  let queuedBytes = 0;
  /** Sent on this connection, and neither answered nor confirmed. */
  const sent = new Map<Outgoing, Encode>();
  const lane = createLane();

  const isMessage = ({ _idempotent }: Outgoing): boolean => _idempotent === undefined;
  const messages = (): Outgoing[] => [...sent.keys()].filter(isMessage);

  const unqueue = (item: Outgoing): void => {
    queue.delete(item);
    queuedBytes -= item._bytes ?? 0;
    item._bytes = 0;
  };

  const remove = (item: Outgoing): boolean => {
    coming.delete(item);
    unqueue(item);
    return sent.delete(item);
  };

  const refuse = (item: Outgoing, error: unknown): false => {
    remove(item);
    item._fail(error);
    return false;
  };

  /** @returns its packet where it waits for room; nothing where it left, or never will. */
  const waits = (item: Outgoing, encode: Encode): Packet | false | undefined => {
    try {
      const packet = encode();
      if (packet === undefined || !transmit(packet, item._on)) return packet;
    } catch (error) {
      return refuse(item, error);
    }
    unqueue(item);
    item._left = true;
    sent.set(item, encode);
    return undefined;
  };

  const flush = (): void => {
    for (const entry of queue) if (waits(...entry)) break;
  };

  const giveUp = (reason: string, item: Outgoing): void => item._fail(new ConnectionClosedError(reason, !!item._left));

  const enqueue = (item: Outgoing, encode: Encode): boolean => {
    // The user may have hung up since.
    if (!coming.delete(item)) return false;
    const packet = waits(item, encode);
    if (!packet) return !!item._left;
    queue.set(item, encode);
    item._bytes = typeof packet === "string" ? utf8Length(packet) : packet.length;
    queuedBytes += item._bytes;
    // What is for one connection does not wait for the next.
    const never = item._on || policy === "off" || item._bytes > queueBytes;
    for (const next of policy === "drop-oldest" && !never ? queue.keys() : [item]) {
      if (!never && queue.size <= queueSize && queuedBytes <= queueBytes) break;
      refuse(next, new StateError("Not sent, not queued"));
    }
    return queue.has(item);
  };

  return {
    _post(item, prepare) {
      coming.add(item);
      const ready = attempt<Encode | false>(prepare, (error) => refuse(item, error));
      return !!lane(() => when(ready, (encode) => encode && enqueue(item, encode)));
    },
    _flush: flush,
    _queued: () => queuedBytes,
    _size: () => coming.size + queue.size + sent.size,
    _remove: remove,
    _answered(item, last) {
      if (!sent.has(item)) return;
      for (const [other] of sent) {
        if (other === item) break;
        if (isMessage(other)) sent.delete(other);
      }
      if (last && remove(item)) coming.add(item);
    },
    _mark() {
      const before = messages();
      return () => {
        for (const item of before) sent.delete(item);
        flush();
      };
    },
    _hangUp(reason) {
      // A request that is still there tells the server, where others may keep the socket open.
      for (const item of [...coming, ...queue.keys(), ...[...sent.keys()].filter((one) => !isMessage(one))]) {
        if (!share || isMessage(item)) remove(item);
        giveUp(reason, item);
      }
    },
    _lose(reason, final, clean) {
      if (clean) messages().forEach(remove);
      const again = final ? [] : [...sent].filter(([{ _idempotent }]) => _idempotent);
      for (const [item] of again) remove(item);
      const lost = [...sent.keys()];
      if (final) lost.push(...queue.keys(), ...[...coming].filter(({ _left }) => !_left));
      queue = new Map([...again, ...queue]);
      lost.forEach(remove);
      return () => {
        for (const item of lost) giveUp(reason, item);
      };
    },
  };
}
