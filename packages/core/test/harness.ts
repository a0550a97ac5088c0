import { expect } from "vitest";
import type { Clock } from "../src/base/clock.ts";
import type { Connection } from "../src/state/connection.ts";
import { ListenerHub as Hub } from "../src/adapter/hub.ts";
import type { Logger } from "../src/base/logger.ts";
import { message, rpc, type AnyMessage, type AnyRpc, type StandardSchema } from "../src/shared.ts";
import type { Packet } from "../src/protocol/codec.ts";
import type { Router } from "../src/router/router.ts";
import type { Runtime } from "../src/ports/runtime.ts";
import type { Socket } from "../src/ports/socket.ts";

/** Time that passes only when told to. */
export class VirtualClock implements Clock {
  private time = 1_000_000;
  private readonly timers = new Map<number, { at: number; callback: () => void }>();
  private last = 0;

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time;
  }

  setTimeout(callback: () => void, ms: number): unknown {
    this.timers.set(++this.last, { at: this.time + ms, callback });
    return this.last;
  }

  clearTimeout(handle: unknown): void {
    this.timers.delete(handle as number);
  }

  get pending(): number {
    return this.timers.size;
  }

  /** Lets `ms` pass without firing anything, as where the event loop is held up. */
  freeze(ms: number): void {
    this.time += ms;
  }

  /** Lets `ms` pass, firing timers in order, and promises settle after each. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms;
    for (let next = this.next(until); next !== undefined; next = this.next(until)) {
      next();
      await settle();
    }
    this.time = until;
    await settle();
  }

  /** The first timer that is due by then, taken out; its time has come. */
  protected next(until: number): (() => void) | undefined {
    let first: { id: number; at: number; callback: () => void } | undefined;
    for (const [id, { at, callback }] of this.timers) {
      if (at <= until && (first === undefined || at < first.at)) first = { id, at, callback };
    }
    if (first === undefined) return undefined;
    this.timers.delete(first.id);
    this.time = Math.max(this.time, first.at);
    return first.callback;
  }
}

/** Lets everything run that waits for nothing but promises. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

export class FakeSocket implements Socket {
  readonly frames: string[] = [];
  buffered = 0;
  ended: { code: number; reason: string } | undefined;
  hub: Hub | undefined;
  conn: Connection | undefined;

  send(frame: Packet): number {
    this.frames.push(frame as string);
    return this.buffered > 0 ? -1 : frame.length;
  }

  close(code = 1000, reason = ""): void {
    if (this.ended !== undefined) return;
    this.ended = { code, reason };
    if (this.conn !== undefined) this.hub?.close(this.conn, code, reason);
  }

  terminate(): void {
    this.close(1006, "");
  }

  getBufferedAmount(): number {
    return this.buffered;
  }

  ping(): void {
    this.frames.push("(ping)");
  }

  part(): void {
    this.conn = undefined;
  }

  /** What was sent since the last look, decoded. */
  take(): Record<string, unknown>[] {
    return this.frames.splice(0).map((frame) => JSON.parse(frame) as Record<string, unknown>);
  }
}

export interface Peer {
  readonly socket: FakeSocket;
  readonly conn: Connection;
  receive(frame: unknown): void;
  message(type: string, payload?: unknown, meta?: object): void;
}

export interface Bench {
  readonly hub: Hub;
  readonly clock: VirtualClock;
  readonly connect: (data?: Record<string, unknown>, socket?: FakeSocket) => Peer;
}

export function bench<Data>(router: Router<Data>, runtime: Runtime<Connection> = {}): Bench {
  const clock = new VirtualClock();
  const hub = new Hub(router, { clock, ...runtime });
  let count = 0;
  return {
    hub,
    clock,
    connect(data = {}, socket = new FakeSocket()) {
      socket.hub = hub;
      const clientId = `client-${++count}`;
      const conn = hub.adopt(socket, { clientId, ...data }, clientId);
      hub.opened(conn);
      socket.conn = conn;
      return {
        socket,
        conn,
        receive: (frame) => hub.receive(conn, typeof frame === "string" ? frame : JSON.stringify(frame)),
        message: (type, payload, meta) => hub.receive(conn, JSON.stringify({ type, meta, payload })),
      };
    },
  };
}

/** A logger that remembers. */
export function memoryLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (level: string) => (text: string) => void lines.push(`${level}: ${text}`);
  return { lines, debug: keep("debug"), warn: keep("warn"), error: keep("error") };
}

/** A Standard Schema by hand: `{ [key]: type }` of plain fields. */
export function fields<T extends Record<string, "string" | "number">>(
  shape: T,
  delay?: () => Promise<unknown>,
): StandardSchema<{ [K in keyof T]: T[K] extends "string" ? string : number }> {
  const check = (value: unknown) => {
    const issues = Object.entries(shape)
      .filter(([key, type]) => typeof (value as Record<string, unknown> | undefined)?.[key] !== type)
      .map(([key, type]) => ({ path: [key], message: `expected a ${type}` }));
    return issues.length > 0 ? { issues } : { value: value as never };
  };
  return {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => (delay === undefined ? check(value) : delay().then(() => check(value))),
    },
  };
}

export const Note: AnyMessage = message("NOTE", fields({ n: "number" }));
export const Told: AnyMessage = message("TOLD", fields({ n: "number" }));
export const Ask: AnyRpc = rpc("ASK", fields({ n: "number" }), "ANSWER", fields({ n: "number" }));

/** One `ERROR` frame's code and whom it answers. */
export function errorOf(frame: Record<string, unknown> | undefined): {
  code: string;
  message: string;
  id?: string;
  details?: { issues?: unknown };
  retryable: boolean;
} {
  expect(frame?.["type"]).toBe("ERROR");
  return frame?.["payload"] as never;
}

/** A promise and what settles it. */
export function gate(): { readonly opened: Promise<void>; open(): void; fail(error: Error): void } {
  let open!: () => void;
  let fail!: (error: Error) => void;
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { opened, open, fail };
}
