import { PING_FRAME, PONG_FRAME } from "@ws-kit/core/protocol";
import type { SocketLike, WebSocketClass } from "@ws-kit/client";

type Listener = (event: object) => void;

/** A socket whose other end is the test. */
export class FakeSocket implements SocketLike {
  readyState = 0;
  readonly url: string;
  readonly protocols: readonly string[];
  /** On the wire, not read by the server yet. */
  readonly wire: string[] = [];
  /** The code with which the client closed, once it has. */
  closed: number | undefined;
  readonly #network: FakeNetwork;
  readonly #listeners = new Map<string, Listener[]>();

  constructor(network: FakeNetwork, url: string, protocols: readonly string[] = []) {
    this.#network = network;
    this.url = url;
    this.protocols = protocols;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    if (this.readyState === 0) throw new Error("Still connecting");
    if (this.readyState === 1) this.wire.push(text);
  }

  close(code = 1005): void {
    if (code !== 1005 && code !== 1000 && (code < 3000 || code > 4999)) throw new RangeError("A code for peers only");
    if (this.readyState > 1) return;
    this.closed = code;
    const wasOpen = this.readyState === 1;
    this.readyState = 2;
    if (!wasOpen) queueMicrotask(() => this.end(1006));
  }

  accept(): void {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.#tell("open", {});
  }

  deliver(frame: unknown): void {
    // A socket that is closing still delivers.
    if (this.readyState === 1 || this.readyState === 2)
      this.#tell("message", { data: isPacket(frame) ? frame : JSON.stringify(frame) });
  }

  /** The server reads what has come, answers pings, and confirms a close. */
  read(): void {
    for (const text of this.wire.splice(0)) {
      if (text === PING_FRAME) this.deliver(PONG_FRAME);
      else this.#network.received.push(JSON.parse(text) as ReceivedFrame);
    }
    if (this.readyState === 2) this.end(this.closed ?? 1005);
  }

  /** The dial failed, and the socket's class says why, as that of `ws` does. */
  fail(message: string): void {
    this.#tell("error", { message, error: { code: "EFAILED" } });
    this.end(1006);
  }

  /** The connection is gone, and with it what was on the wire. */
  end(code: number, reason = ""): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.wire.length = 0;
    this.#tell("close", { code, reason });
  }

  #tell(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}

function isPacket(frame: unknown): boolean {
  return typeof frame === "string" || frame instanceof ArrayBuffer;
}

export interface ReceivedFrame {
  type: string;
  meta?: { correlationId?: string; timeoutMs?: number; idempotencyKey?: string };
  payload?: unknown;
}

/** Every socket that a client makes, and all that a server has read from them. */
export class FakeNetwork {
  readonly sockets: FakeSocket[] = [];
  readonly received: ReceivedFrame[] = [];
  readonly WebSocket: WebSocketClass;

  constructor() {
    const make = (url: string, protocols?: string[]): FakeSocket => {
      const socket = new FakeSocket(this, url, protocols);
      this.sockets.push(socket);
      return socket;
    };
    this.WebSocket = function (url: string, protocols?: string[]) {
      return make(url, protocols);
    } as unknown as WebSocketClass;
  }

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (!last) throw new Error("Nothing has been dialed");
    return last;
  }
}

/** The window of a page, as far as a client listens to it. */
export class FakePage {
  onLine = true;
  hidden = false;
  readonly listeners: Set<{ type: string; listener: (event: { type: string }) => void }> = new Set();
  readonly #before = new Map<string, PropertyDescriptor | undefined>();

  constructor() {
    const set = (name: string, value: unknown): void => {
      this.#before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    };
    set("navigator", this);
    set("document", this);
    set("addEventListener", (type: string, listener: (event: { type: string }) => void) => {
      const known = [...this.listeners].some((entry) => entry.type === type && entry.listener === listener);
      if (!known) this.listeners.add({ type, listener });
    });
    set("removeEventListener", (type: string, listener: (event: { type: string }) => void) => {
      for (const entry of this.listeners) {
        if (entry.type === type && entry.listener === listener) this.listeners.delete(entry);
      }
    });
  }

  fire(type: string): void {
    for (const entry of Array.from(this.listeners)) if (entry.type === type) entry.listener({ type });
  }

  restore(): void {
    for (const [name, descriptor] of this.#before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  }
}
