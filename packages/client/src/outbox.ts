import { ConnectionClosedError, StateError } from "./errors.ts";
import type { ClientOptions } from "./options.ts";

/** Most messages remembered for a server that has never answered a ping. */
const MAX_UNCONFIRMED = 10_000;

/** One frame on its way out. */
export interface Outgoing {
  /** Makes its text when it leaves, since a request tells how much time it has left by then. */
  readonly encode: () => string;
  /** Told once that it will not, or may not, arrive. */
  readonly fail: (error: Error) => void;
  /** Whether a request may be sent again; undefined for a message, which nothing answers. */
  readonly idempotent?: boolean;
  /** What it takes of the queue. */
  bytes?: number;
  /** Whether any server may have it. */
  sent?: boolean;
}

/** What has been accepted: it waits for a connection, or for a sign that it arrived. */
export interface Outbox {
  /** Sends or queues. @returns whether it was taken. */
  readonly post: (item: Outgoing) => boolean;
  /** Sends what waits. */
  readonly flush: () => void;
  /** Forgets it. @returns whether the present server has it. */
  readonly remove: (item: Outgoing) => boolean;
  /** Remembers that a ping follows what has been sent so far. */
  readonly mark: () => void;
  /** The ping was answered; it overtook nothing, so what was sent before it has arrived. */
  readonly confirm: () => void;
  /** The user hangs up: gives up what waits, and what waits for an answer. */
  readonly close: (reason: string) => void;
  /**
   * The connection is gone, for good if `final`; `clean` if the server confirmed that it read everything. What may be
   * sent again waits for the next one, before all else.
   *
   * @returns what tells those who are concerned.
   */
  readonly down: (reason: string, final: boolean, clean: boolean) => () => void;
}

/** @param transmit Whether the text went out. */
export function createOutbox(
  { queue: policy, queueSize = 1_000, queueBytes = 1_048_576 }: ClientOptions,
  transmit: (text: string) => boolean,
): Outbox {
  let queue = new Set<Outgoing>();
  const sent = new Set<Outgoing>();
  let marked: Outgoing[] = [];
  let confirms = false;

  /** What was sent and gets no answer. */
  const messages = (): Outgoing[] => [...sent].filter((item) => item.idempotent === undefined);

  function remove(item: Outgoing): boolean {
    queue.delete(item);
    return sent.delete(item);
  }

  function leave(item: Outgoing): boolean {
    const left = transmit(item.encode());
    if (left) {
      queue.delete(item);
      sent.add(item);
      item.sent = true;
      for (const oldest of confirms || sent.size <= MAX_UNCONFIRMED ? [] : sent) {
        if (oldest.idempotent === undefined && remove(oldest)) break;
      }
    }
    return left;
  }

  function enqueue(item: Outgoing): boolean {
    const bytes = (item.bytes = new TextEncoder().encode(item.encode()).length);
    const fits = () =>
      queue.size < queueSize && [...queue].reduce((sum, waiting) => sum + (waiting.bytes ?? 0), bytes) <= queueBytes;
    for (const oldest of policy === "drop-oldest" && bytes <= queueBytes ? queue : []) {
      if (fits()) break;
      queue.delete(oldest);
      oldest.fail(new StateError("The queue is full"));
    }
    return policy !== "off" && fits() && !!queue.add(item);
  }

  function doom(which: (item: Outgoing) => boolean, reason: string): () => void {
    const doomed = [...sent, ...queue].filter(which);
    doomed.forEach(remove);
    return () => {
      for (const item of doomed) item.fail(new ConnectionClosedError(reason, item.sent));
    };
  }

  return {
    post(item) {
      const taken = leave(item) || enqueue(item);
      if (!taken) item.fail(new StateError("The queue is full"));
      return taken;
    },
    flush() {
      for (const item of queue) if (!leave(item)) break;
    },
    remove,
    mark() {
      marked = messages();
    },
    confirm() {
      confirms = true;
      marked.forEach(remove);
    },
    close(reason) {
      const spared = new Set(messages());
      doom((item) => !spared.has(item), reason)();
    },
    down(reason, final, clean) {
      if (clean) messages().forEach(remove);
      const tell = doom((item) => final || (sent.has(item) && !item.idempotent), reason);
      queue = new Set([...sent, ...queue]);
      sent.clear();
      return tell;
    },
  };
}
