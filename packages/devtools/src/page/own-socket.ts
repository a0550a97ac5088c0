import { pretty } from "./dom.ts";

/** Answers that are kept in sight. */
const TIMEOUT_MS = 5_000;

/** A browser says no more than 1006 of an upgrade that was refused. */
const WHY =
  "This client speaks JSON, and has the cookies of this page and no token: see the errors for what was refused.";

/** A client of this page's own: it is admitted as this page's user is, and what it is sent is shown. */
export class OwnSocket {
  private socket: WebSocket | undefined = undefined;
  private url = "";
  private count = 0;
  private readonly came: (text: string) => void;

  constructor(came: (text: string) => void) {
    this.came = came;
  }

  /** @throws Error where it cannot connect. */
  async send(url: string, type: string, payload: unknown, isRpc: boolean): Promise<void> {
    const socket = await this.connected(url);
    const meta = isRpc ? { correlationId: `devtools-${++this.count}` } : undefined;
    socket.send(JSON.stringify({ type, meta, payload }));
  }

  private async connected(url: string): Promise<WebSocket> {
    if (this.socket?.readyState === WebSocket.OPEN && this.url === url) return this.socket;
    this.socket?.close();
    const socket = new WebSocket(url, "ws-kit");
    this.socket = socket;
    this.url = url;
    socket.addEventListener("message", ({ data }) => {
      const text = String(data);
      try {
        this.came(pretty(JSON.parse(text)));
      } catch {
        this.came(text);
      }
    });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("It takes too long to connect")), TIMEOUT_MS);
      socket.addEventListener("open", () => resolve());
      socket.addEventListener("close", ({ code, reason }) =>
        reject(new Error(`It could not connect: ${code} ${reason}\n${WHY}`)),
      );
      socket.addEventListener("open", () => clearTimeout(timer));
    });
    return socket;
  }
}
