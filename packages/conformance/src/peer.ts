import type { Packet } from "@ws-kit/core/protocol";
import { expect } from "vitest";
import { JSON_DIALECT, type Dialect } from "./codec.ts";
import { deferred } from "./gates.ts";
import type { Wire } from "./target.ts";

/** A frame as it is on the wire. */
export interface Frame {
  readonly type: string;
  readonly meta?: Readonly<Record<string, unknown>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into payloads of every kind, and check what they see
  readonly payload?: any;
}

/** Code and reason of a close. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

const PATIENCE_MS = 8_000;

/** One client connection of a test. It knows nothing of the library: frames go out and come in as its dialect has them. */
export class Peer {
  wire!: Wire;
  readonly dialect: Dialect;
  readonly closed: Promise<Closed>;
  private readonly arrived: Frame[] = [];
  private wake: () => void = () => {};
  private readonly end: (closed: Closed) => void;
  private over: Closed | undefined = undefined;
  private fences = 0;

  constructor(dialect: Dialect = JSON_DIALECT) {
    this.dialect = dialect;
    const { promise, resolve } = deferred<Closed>();
    this.closed = promise;
    this.end = resolve;
  }

  receive(packet: Packet): void {
    this.arrived.push(JSON.parse(this.dialect.read(packet)) as Frame);
    this.wake();
  }

  ended(code: number, reason: string): void {
    this.over = { code, reason };
    this.end(this.over);
    this.wake();
  }

  send(type: string, payload?: unknown, meta?: object): void {
    this.write(JSON.stringify({ type, meta, payload }));
  }

  /** Sends what may be no frame. */
  write(json: string): void {
    this.wire.send(this.dialect.write(json));
  }

  /** Sends frames so that the server reads them at once. */
  together(...frames: readonly object[]): void {
    this.wire.sendTogether(frames.map((frame) => this.dialect.write(JSON.stringify(frame))));
  }

  request(type: string, correlationId: string, payload?: unknown, meta?: object): void {
    this.send(type, payload, { correlationId, ...meta });
  }

  /** The next frame. */
  async next(): Promise<Frame> {
    for (;;) {
      const frame = this.arrived.shift();
      if (frame !== undefined) return frame;
      if (this.over !== undefined) throw new Error(`Closed with ${this.over.code} ${this.over.reason}: no frame left`);
      await patiently("the next frame", new Promise<void>((resolve) => (this.wake = resolve)));
    }
  }

  /** Checks that the next frames are exactly these. */
  async expect(...frames: readonly object[]): Promise<void> {
    const got: Frame[] = [];
    for (const _ of frames) got.push(await this.next());
    expect(got).toEqual(frames);
  }

  /** Skips to the next frame of a type. */
  async find(type: string, matches: (frame: Frame) => boolean = () => true): Promise<Frame> {
    for (;;) {
      const frame = await this.next();
      if (frame.type === type && matches(frame)) return frame;
    }
  }

  /** The detail of the next journal entry of this kind. */
  async journal(event: string): Promise<Record<string, unknown>> {
    const entry = await this.find("JOURNAL", ({ payload }) => payload.event === event);
    return entry.payload.detail as Record<string, unknown>;
  }

  /** Everything that arrived before the server's answer to a message sent now. */
  async settle(): Promise<Frame[]> {
    const text = `fence ${++this.fences}`;
    this.send("ECHO", { text });
    const before: Frame[] = [];
    for (;;) {
      const frame = await this.next();
      if (frame.type === "ECHO" && frame.payload?.text === text) return before;
      before.push(frame);
    }
  }

  /** Checks that nothing has been sent here that was not looked at. */
  async silent(): Promise<void> {
    expect(await this.settle()).toEqual([]);
  }

  /** Checks how the connection ends. */
  async expectClosed(code: number, reason?: string): Promise<void> {
    const closed = await patiently("the close", this.closed);
    expect(closed).toEqual({ code, reason: reason ?? closed.reason });
  }
}

/** Fails by name instead of hanging until the test does. */
export async function patiently<T>(what: string, promise: Promise<T>, ms: number = PATIENCE_MS): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${ms} ms for ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An ERROR frame. */
export function errorFrame(code: string, message: string, meta: object, extra: object = {}): object {
  return { type: "ERROR", meta, payload: { code, message, retryable: false, ...extra } };
}
