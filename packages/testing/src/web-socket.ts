import type { Packet } from "@ws-kit/core/protocol";
import { turn } from "./clock.ts";
import type { Closed, MemorySocket } from "./socket.ts";

/** What a socket's class needs of its server. */
export interface Host {
  /** Asks for a connection. @throws RefusedError. */
  connect(url: URL, protocols: readonly string[], hears: Hears): Promise<{ socket: MemorySocket; protocol: string }>;
}

/** What the page's end of a connection is told. */
export interface Hears {
  frame(data: Packet): void;
  closed(closed: Closed): void;
}

type Handler = ((event: Event) => unknown) | null;

const EVENTS = ["open", "message", "close", "error"] as const;

/** RFC 6455 §4.1: a token of HTTP. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;

/**
 * A WebSocket as pages have it (https://websockets.spec.whatwg.org), whose server is a test server in the same process. Text
 * and bytes go both ways.
 */
export class MemoryWebSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readonly url: string;
  readonly extensions = "";
  /** Everything is handed over at once. */
  readonly bufferedAmount = 0;
  protocol = "";
  readyState: 0 | 1 | 2 | 3 = 0;
  binaryType: "blob" | "arraybuffer" = "blob";
  onopen: Handler = null;
  onmessage: Handler = null;
  onclose: Handler = null;
  onerror: Handler = null;
  private socket: MemorySocket | undefined;
  /** How it is being closed from here. */
  private end: Closed | undefined;

  /** @throws a SyntaxError for a URL or protocols that a browser would refuse. */
  constructor(host: Host, url: string | URL, protocols: string | readonly string[] = []) {
    super();
    const asked = addressOf(url);
    this.url = asked.href;
    const offered = typeof protocols === "string" ? [protocols] : protocols;
    if (!offered.every((name) => TOKEN.test(name)) || new Set(offered).size < offered.length) {
      throw syntaxError(`Not subprotocols: ${offered.join(", ")}`);
    }
    for (const type of EVENTS) this.addEventListener(type, (event) => this[`on${type}`]?.(event));
    void this.open(host, asked, offered);
  }

  /** @throws an InvalidStateError while it still connects. */
  send(data: string | ArrayBuffer | ArrayBufferView | Blob): void {
    if (this.readyState === 0) throw new DOMException("Still in CONNECTING state", "InvalidStateError");
    if (this.readyState !== 1) return;
    if (typeof data === "string") this.socket?.toServer(data);
    else if (data instanceof Blob)
      void data.arrayBuffer().then((bytes) => this.socket?.toServer(new Uint8Array(bytes)));
    else if (ArrayBuffer.isView(data)) {
      // A copy: whoever sent it may write on into it.
      this.socket?.toServer(new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice());
    } else this.socket?.toServer(new Uint8Array(data.slice(0)));
  }

  /** @throws an InvalidAccessError or SyntaxError for codes and reasons that a browser would refuse. */
  close(code?: number, reason = ""): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new DOMException(`The code ${code} is neither 1000 nor between 3000 and 4999`, "InvalidAccessError");
    }
    if (encodeURIComponent(reason).replaceAll(/%[\dA-F]{2}/g, "x").length > 123)
      throw syntaxError("The reason is longer than 123 bytes");
    if (this.readyState > 1) return;
    this.readyState = 2;
    // Without a code there is none in the frame, which ends with 1005 (RFC 6455 §7.1.5).
    this.end = { code: code ?? 1005, reason };
    if (this.socket) this.socket.closeFromClient(this.end);
  }

  private async open(host: Host, url: URL, protocols: readonly string[]): Promise<void> {
    try {
      // Listeners are added in the turn in which it was made.
      await turn();
      const { socket, protocol } = await host.connect(url, protocols, {
        frame: (packet) => {
          if (this.readyState < 3)
            this.tell("message", { data: this.form(packet), origin: url.origin, lastEventId: "" });
        },
        closed: (closed) => this.over(closed),
      });
      if (this.end !== undefined) {
        socket.closeFromClient(this.end);
        return;
      }
      this.socket = socket;
      this.protocol = protocol;
      this.readyState = 1;
      this.tell("open", {});
    } catch {
      this.tell("error", {});
      this.over({ code: 1006, reason: "" });
    }
  }

  /** Bytes as `binaryType` says. */
  private form(packet: Packet): string | Blob | ArrayBuffer {
    if (typeof packet === "string") return packet;
    const bytes = packet.slice();
    return this.binaryType === "arraybuffer" ? bytes.buffer : new Blob([bytes]);
  }

  private over({ code, reason }: Closed): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.tell("close", { code, reason, wasClean: code !== 1006 });
  }

  private tell(type: (typeof EVENTS)[number], members: object): void {
    this.dispatchEvent(Object.assign(new Event(type), members));
  }
}

function addressOf(url: string | URL): URL {
  const { location } = globalThis as { location?: { href?: string } };
  const base = URL.canParse(location?.href ?? "") ? location?.href : "http://localhost/";
  if (!URL.canParse(String(url), base)) throw syntaxError(`Not a URL: ${String(url)}`);
  const parsed = new URL(String(url), base?.startsWith("http") === true ? base : "http://localhost/");
  parsed.protocol = parsed.protocol.replace(/^http/, "ws");
  if (!/^wss?:$/.test(parsed.protocol)) throw syntaxError(`Not a WebSocket's URL: ${parsed.href}`);
  return parsed;
}

function syntaxError(text: string): DOMException {
  return new DOMException(text, "SyntaxError");
}
