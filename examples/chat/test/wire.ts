import { once } from "node:events";
import { onTestFinished } from "vitest";

export interface Frame {
  type: string;
  meta?: { correlationId?: string; inReplyTo?: string };
  // oxlint-disable-next-line typescript/no-explicit-any -- a frame is whatever came over the wire; tests look into it
  payload?: any;
}

/** A bare WebSocket that speaks the protocol by hand, as a client in another language would. */
export class Wire {
  readonly #socket: WebSocket;
  readonly #waiting: Frame[] = [];
  #wake: (() => void) | undefined;
  #requests = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      this.#waiting.push(JSON.parse(String(data)) as Frame);
      this.#wake?.();
    });
  }

  /** Connects until the end of the test, or until something else ends it. */
  static async open(port: number, ends: (close: () => void) => void = onTestFinished): Promise<Wire> {
    const socket = new WebSocket(`ws://localhost:${port}/ws`);
    const wire = new Wire(socket);
    ends(() => socket.close());
    await once(socket, "open");
    return wire;
  }

  send(type: string, payload?: unknown): void {
    this.#socket.send(JSON.stringify({ type, payload }));
  }

  /** Sends a request; the answer, an error included, resolves. */
  request(type: string, payload?: unknown, more: object = {}): Promise<Frame> {
    const correlationId = `r${++this.#requests}`;
    this.#socket.send(JSON.stringify({ type, meta: { ...more, correlationId }, payload }));
    return this.#take((frame) => frame.meta?.correlationId === correlationId);
  }

  /** The next frame of this type that nobody has taken yet; others stay for later. */
  next(type: string): Promise<Frame> {
    return this.#take((frame) => frame.type === type);
  }

  /** Types of what has arrived and was not asked for, after everything the server had to say so far. */
  async leftovers(): Promise<string[]> {
    this.#socket.send('{"type":"$ws:ping"}');
    await this.next("$ws:pong");
    return this.#waiting.splice(0).map(({ type }) => type);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed();
  }

  /** The code with which the connection ends. */
  async closed(): Promise<number> {
    const [event] = (await once(this.#socket, "close")) as [CloseEvent];
    return event.code;
  }

  /** Logs in and answers with the user. */
  async logIn(username: string, token?: string): Promise<{ userId: string; username: string; token: string }> {
    const { payload } = await this.request("AUTHENTICATE", { username, token });
    return payload;
  }

  async #take(fits: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const index = this.#waiting.findIndex(fits);
      const [frame] = index < 0 ? [] : this.#waiting.splice(index, 1);
      if (frame) return frame;
      await new Promise<void>((resolve) => {
        const others = this.#wake;
        this.#wake = () => {
          others?.();
          resolve();
        };
      });
    }
  }
}
