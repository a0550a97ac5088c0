import { setTimeout as pause } from "node:timers/promises";
import { wsClient, type SocketLike } from "@ws-kit/client";
import { PING_FRAME, PONG_FRAME } from "@ws-kit/core/protocol";
import { z } from "zod";
import { Echo, Echoed, shape } from "../messages.zod.ts";
import type { Case } from "./cases.ts";

const PAYLOAD = { roomId: "lobby", text: "The quick brown fox jumps over", seq: 12345 };
const ECHOED_FRAME = JSON.stringify({ type: "ECHOED", payload: PAYLOAD });

/** Sent before the next pong: what waits for one is bounded. */
const UNCONFIRMED = 1_000;

/** A browser's socket that is open at once, takes everything and counts it. */
class OpenSocket implements SocketLike {
  static last: OpenSocket | undefined;
  readonly readyState = 1;
  sent = 0;
  private readonly listeners = new Map<string, (event: unknown) => void>();

  constructor() {
    OpenSocket.last = this;
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.listeners.set(type, listener as (event: unknown) => void);
  }

  send(text: string): void {
    this.sent++;
    if (text === PING_FRAME) queueMicrotask(() => this.fire("message", { data: PONG_FRAME }));
  }

  close(): void {}

  fire(type: string, event: object = {}): void {
    this.listeners.get(type)?.(event);
  }
}

/** What somebody writes in a page without a library: check, wrap, send; parse, switch, check, handle. */
class HandWrittenClient {
  private readonly schema = z.object(shape);
  private readonly socket: OpenSocket;

  constructor(socket: OpenSocket, handle: (payload: unknown) => void) {
    this.socket = socket;
    socket.addEventListener("message", ({ data }: { data: string }) => {
      const frame = JSON.parse(data) as { type: string; payload: unknown };
      switch (frame.type) {
        case "ECHOED": {
          const result = this.schema.safeParse(frame.payload);
          if (result.success) handle(result.data);
        }
      }
    });
  }

  send(payload: unknown): void {
    this.socket.send(JSON.stringify({ type: "ECHO", payload: this.schema.parse(payload) }));
  }
}

/** One message through one client, in process; resolves once both are open. */
export async function clientCases(): Promise<Case[]> {
  const byHand = new OpenSocket();
  const hand = new HandWrittenClient(byHand, () => byHand.sent++);

  // What is sent is remembered until a pong confirms it: here every round, as it would be every few seconds.
  const client = wsClient({ url: "ws://bench/", WebSocket: OpenSocket, heartbeat: { intervalMs: 1 } });
  void client.connect();
  await pause(1);
  const socket = OpenSocket.last as OpenSocket;
  socket.fire("open");
  client.on(Echoed, () => void socket.sent++);
  return [
    { name: "hand-written send", baseline: "hand-written send", socket: byHand, run: () => hand.send(PAYLOAD) },
    {
      name: "hand-written receive",
      baseline: "hand-written receive",
      socket: byHand,
      run: () => byHand.fire("message", { data: ECHOED_FRAME }),
    },
    {
      name: "client.send",
      baseline: "hand-written send",
      socket,
      run: () => void client.send(Echo, PAYLOAD),
      inFlight: UNCONFIRMED,
    },
    {
      name: "client.on",
      baseline: "hand-written receive",
      socket,
      run: () => socket.fire("message", { data: ECHOED_FRAME }),
    },
  ];
}
