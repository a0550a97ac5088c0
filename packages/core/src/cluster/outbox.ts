import type { Clock } from "../base/clock.ts";
import { toError } from "../base/thrown.ts";
import type { EngineSession } from "../ports/engine.ts";
import type { Packet } from "../protocol/codec.ts";
import { bytesOver } from "../base/bytes.ts";
import { type Frame, HEAD_BYTES, HEAD_BYTES_PER_FRAME, pack } from "./bundle.ts";
import { forgetFirst } from "./seen.ts";

/** Most frames of one packet, and most bytes (UTF-16 units for text) after which it takes no more. */
const MAX_FRAMES = 64;
const MAX_BYTES = 65_536;
/** Topics of which the last bundle is remembered. */
const MAX_REMEMBERED = 10_000;

/** What waits to be published to one topic. */
class Queue {
  frames: Frame[] = [];
  flying = false;
  readonly topic: string;
  /** None of its frames, those under way included, is older. */
  since: number;
  /** None of those is that wait while others are under way; undefined while none does. */
  next: number | undefined = undefined;

  constructor(topic: string, since: number) {
    this.topic = topic;
    this.since = since;
  }
}

/**
 * What this node publishes. Frames of one topic leave in order, one packet at a time: those of one tick together, and
 * those that come while the packet before them is on its way. There is no timer, so an idle node adds no latency.
 */
export class Outbox {
  private readonly queues = new Map<string, Queue>();
  private ready: Queue[] = [];
  private session: EngineSession | undefined = undefined;
  private generation = 0;
  private waiting = 0;
  /** Bytes that the frames of one packet may have. */
  private room = Infinity;
  /** Of the last bundle, and of the last one of each topic. */
  private number = 0;
  private readonly last = new Map<string, number>();
  published = 0;
  packets = 0;
  lost = 0;

  private readonly clock: Clock;
  private readonly node: string;
  private readonly maxBytes: number;
  private readonly failed: (error: unknown) => void;

  constructor(clock: Clock, node: string, maxBytes: number, failed: (error: unknown) => void) {
    this.clock = clock;
    this.node = node;
    this.maxBytes = maxBytes;
    this.failed = failed;
  }

  up(session: EngineSession): void {
    this.session = session;
    this.room = (session.maxPacketBytes ?? Infinity) - HEAD_BYTES;
  }

  /** How many bytes a frame may have, where it has more than the engine carries. */
  limitOf(frame: Frame): number | undefined {
    const most = this.room - HEAD_BYTES_PER_FRAME;
    return this.session === undefined || bytesWithin(frame, most) <= most ? undefined : most;
  }

  /** Since when something has been waiting or under way, by the monotonic clock; undefined where nothing is. */
  get oldest(): number | undefined {
    let oldest: number | undefined;
    for (const { since } of this.queues.values()) if (oldest === undefined || since < oldest) oldest = since;
    return oldest;
  }

  /** What waits, or was under way, is given up: who published it was told "sent", and the link tells since when. */
  down(): void {
    this.generation++;
    this.session = undefined;
    for (const queue of this.queues.values()) this.lost += queue.frames.length;
    this.queues.clear();
    this.last.clear();
    this.ready = [];
    this.waiting = 0;
  }

  /** @returns false where it was not taken: no link, too much waits for it, or it is over what can be carried. */
  add(topic: string, frame: Frame): boolean {
    if (this.session === undefined || this.limitOf(frame) !== undefined) return false;
    const size = frame.length;
    // One frame alone may exceed it.
    if (this.waiting > 0 && this.waiting + size > this.maxBytes) return false;
    this.waiting += size;
    this.published++;
    let queue = this.queues.get(topic);
    if (queue === undefined) this.queues.set(topic, (queue = new Queue(topic, this.clock.monotonic())));
    else if (queue.flying) queue.next ??= this.clock.monotonic();
    queue.frames.push(frame);
    if (queue.flying || queue.frames.length > 1) return true;
    if (this.ready.push(queue) === 1) queueMicrotask(this.flush);
    return true;
  }

  private readonly flush = (): void => {
    const { ready } = this;
    this.ready = [];
    for (const queue of ready) this.send(queue);
  };

  private send(queue: Queue): void {
    const { session, generation } = this;
    if (session === undefined) return;
    let units = 0;
    let count = 0;
    let { room } = this;
    for (const frame of queue.frames) {
      if (count === MAX_FRAMES || units >= MAX_BYTES) break;
      room -= bytesWithin(frame, room) + HEAD_BYTES_PER_FRAME;
      if (room < 0 && count > 0) break;
      units += frame.length;
      count++;
    }
    const { frames } = queue;
    queue.frames = frames.splice(count);
    queue.flying = true;
    // Where nothing stays behind, what comes now came after this packet left.
    queue.next = queue.frames.length === 0 ? undefined : queue.since;
    this.packets++;
    this.hand(session, queue.topic, frames).then(
      () => generation === this.generation && this.sent(queue, units),
      (error: unknown) => {
        this.lost += count;
        if (generation === this.generation) this.failed(error);
      },
    );
  }

  /** Rejects also where the session throws. */
  private hand(session: EngineSession, topic: string, frames: readonly Frame[]): Promise<unknown> {
    try {
      return Promise.resolve(session.publish(topic, this.bundle(topic, frames)));
    } catch (error) {
      return Promise.reject(toError(error));
    }
  }

  private bundle(topic: string, frames: readonly Frame[]): Packet {
    const { last, node } = this;
    const before = last.get(topic) ?? 0;
    // Put at the end again where some will be forgotten, so that the first is the one that was quiet longest.
    if (before > 0) {
      if (last.size > MAX_REMEMBERED / 2) last.delete(topic);
    } else if (last.size >= MAX_REMEMBERED) forgetFirst(last);
    last.set(topic, ++this.number);
    return pack(node, this.number, before, frames);
  }

  private sent(queue: Queue, units: number): void {
    this.waiting -= units;
    queue.flying = false;
    if (queue.next === undefined) return void this.queues.delete(queue.topic);
    queue.since = queue.next;
    this.send(queue);
  }
}

/** At least the bytes of a frame, and no more than there is room for where it fits: counted only where that is not sure. */
function bytesWithin(frame: Frame, room: number): number {
  if (typeof frame !== "string") return frame.length;
  const most = frame.length * 3;
  return most <= room ? most : (bytesOver(frame, 0) ?? 0);
}
