import type { Limits } from "../src/api/limits.ts";
import type { AnyMessage } from "../src/message/message.ts";
import { message } from "../src/message/standard.ts";
import type { Runtime } from "../src/ports/runtime.ts";
import type { Packet } from "../src/protocol/codec.ts";
import { createRouter } from "../src/router/create-router.ts";
import { type Router } from "../src/router/router.ts";
import { bench, type Bench, FakeSocket, fields, memoryLogger, type Peer } from "./harness.ts";

/** A peer that reads only when told to: what is sent stays in its buffer. */
export class SlowSocket extends FakeSocket {
  readonly topics: Set<string> = new Set();
  terminated = false;

  override send(frame: Packet): number {
    this.frames.push(frame as string);
    this.buffered += frame.length;
    return -1;
  }

  override terminate(): void {
    this.terminated = true;
    super.terminate();
  }

  read(bytes: number): void {
    this.buffered = Math.max(0, this.buffered - bytes);
    if (this.conn !== undefined) this.hub?.drained(this.conn);
  }

  subscribe(topic: string): void {
    this.topics.add(topic);
  }

  unsubscribe(topic: string): void {
    this.topics.delete(topic);
  }
}

export const Text: AnyMessage = message("TEXT", fields({ text: "string" }));

export interface SlowPeer extends Peer {
  readonly socket: SlowSocket;
}

/** A listener of such peers, who all follow one room. */
export interface SlowBench extends Omit<Bench, "connect"> {
  readonly connect: () => SlowPeer;
  /** Who closed, with which code. */
  readonly closed: string[];
  readonly router: Router;
}

/** @param native Whether the runtime has topics of its own. */
export function slowBench(limits: Partial<Limits> = {}, native = false): SlowBench {
  const closed: string[] = [];
  const logger = memoryLogger();
  const router = createRouter({ limits, logger });
  router.onOpen((ctx) => void ctx.topics.subscribe("room"));
  router.onClose((ctx) => void closed.push(`${ctx.clientId} ${ctx.code}`));
  const sockets: SlowSocket[] = [];
  const runtime: Runtime = native
    ? {
        publish: (topic, frame) => sockets.filter((s) => s.topics.has(topic)).forEach((s) => s.send(frame)),
        closesForGood: true,
        endsSilent: true,
      }
    : { endsSilent: true };
  const made = bench(router, runtime);
  const connect = (): SlowPeer => {
    const socket = new SlowSocket();
    sockets.push(socket);
    return made.connect({}, socket) as SlowPeer;
  };
  return { ...made, connect, closed, router };
}

/** A payload of `Text`. */
export function text(bytes: number): { text: string } {
  return { text: "x".repeat(bytes) };
}
