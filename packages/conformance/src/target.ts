import type { Packet } from "@ws-kit/core/protocol";

/** How a peer asks for its upgrade. */
export interface ConnectOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
  /** Offer permessage-deflate. */
  readonly deflate?: boolean;
  /** Leave ping frames unanswered. */
  readonly deaf?: boolean;
  /** Leaves before the server has answered. */
  readonly signal?: AbortSignal;
}

/** What a peer reads, in order. */
export interface WireEvents {
  message(packet: Packet): void;
  closed(code: number, reason: string): void;
}

/** A client's end of one connection, as bare as it can be had. */
export interface Wire {
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /** The extensions that the server accepted. */
  readonly extensions: string;
  send(packet: Packet): void;
  /** Sends several frames in one write. */
  sendTogether(packets: readonly Packet[]): void;
  /** Sends one message as several frames (RFC 6455 §5.4). */
  sendFragments(parts: readonly Packet[]): void;
  /** Writes bytes below the protocol. */
  sendBytes(bytes: readonly number[]): void;
  close(code?: number, reason?: string): void;
  /** Vanishes without a closing handshake. */
  vanish(): void;
  /** Stops and restarts reading. */
  pause(): void;
  resume(): void;
}

/** A refused upgrade. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: string, headers: Readonly<Record<string, string>>) {
    super(`The upgrade was refused with ${status}: ${body}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** A running server with the fixture's endpoints: what a new adapter gives the suite. */
export interface Target {
  /** @throws Refusal */
  connect(path: string, options: ConnectOptions, events: WireEvents): Promise<Wire>;
  /** A plain HTTP request beside the sockets. */
  http(path: string, init?: RequestInit): Promise<Response>;
  /** Lets that many milliseconds pass, where they do not pass by themselves. */
  elapse(ms: number): Promise<void>;
  /** Everything the server wrote to its standard streams. */
  logs(): string;
  /** Whether the process that was started still runs. */
  alive(): boolean;
  stop(): Promise<void>;
}
