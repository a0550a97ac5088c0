import type { SocketLike } from "@ws-kit/client";
import { type Admission, createAdmit, type Connection, Hub, type Packet, type Socket } from "@ws-kit/core/adapter";
import type { Router } from "@ws-kit/core";

interface Close {
  readonly code: number;
}

const OPEN = Symbol("open");

/** What is on its way to the client: the answer to its upgrade, frames, and the end. */
type Item = typeof OPEN | Packet | Close;

type Listener = (event: object) => void;

const isClose = (item: Item): item is Close => typeof item === "object" && "code" in item;

/** One connection of a network in which nothing moves by itself: both of its ends, and what is between them. */
export class Wire implements SocketLike {
  readyState = 0;
  readonly toServer: (Packet | Close)[] = [];
  readonly toClient: Item[] = [];
  /** Nothing arrives any more; each end may not know yet. */
  isCut = false;
  #conn: Connection | undefined;
  #isAccepted = false;
  #serverOpen = false;
  readonly #network: VirtualNetwork;
  readonly #protocols: readonly string[];
  readonly #listeners = new Map<string, Listener[]>();

  constructor(network: VirtualNetwork, protocols: readonly string[]) {
    this.#network = network;
    this.#protocols = protocols;
  }

  // The client's end.

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  #tell(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }

  send(frame: Packet): void {
    if (this.readyState === 1) this.toServer.push(frame);
  }

  close(code = 1000): void {
    if (this.readyState > 1) return;
    const wasOpen = this.readyState === 1;
    this.readyState = 2;
    if (wasOpen) this.toServer.push({ code });
    else this.isCut = true;
  }

  /** The client's end learns that the line is cut. */
  clientNotices(): void {
    if (!this.isCut || this.readyState === 3) return;
    this.toClient.length = 0;
    this.#end(1006);
  }

  #end(code: number): void {
    this.readyState = 3;
    this.#tell("close", { code, reason: "" });
  }

  clientReads(): void {
    const item = this.isCut ? undefined : this.toClient.shift();
    if (item === undefined || this.readyState === 3) return;
    if (item === OPEN) {
      if (this.readyState === 0) this.readyState = 1;
      this.#tell("open", {});
    } else if (isClose(item)) this.#end(item.code);
    else this.#tell("message", { data: item });
  }

  // The server's end.

  /** The upgrade request has come. */
  serverAccepts(): void {
    if (this.isCut || this.#isAccepted) return;
    this.#isAccepted = true;
    const { hub, admit } = this.#network;
    const headers = { host: "test", upgrade: "websocket", "sec-websocket-protocol": this.#protocols.join() };
    const req = new Request("http://test/", { headers });
    const { data, clientId } = admit(hub, req, () => ({ remoteAddress: "::1", request: req })) as Admission;
    this.toClient.push(OPEN);
    this.#serverOpen = true;
    const end: Socket = {
      send: (frame) => (this.#serverOpen ? this.toClient.push(frame) : 0),
      close: (code = 1000) => this.#serverCloses(code),
      terminate: () => {
        this.isCut = true;
        this.serverNotices();
      },
      getBufferedAmount: () => 0,
      ping: () => {},
      part: () => (this.#conn = undefined),
    };
    this.#conn = hub.adopt(end, data, clientId);
    hub.opened(this.#conn);
  }

  #serverCloses(code: number): void {
    if (!this.#serverOpen) return;
    this.#serverOpen = false;
    this.toClient.push({ code });
    this.#over(code);
  }

  #over(code: number): void {
    this.#serverOpen = false;
    const conn = this.#conn;
    if (conn) this.#network.hub.close(conn, code, "");
  }

  /** The server's end learns that the line is cut. */
  serverNotices(): void {
    if (!this.isCut) return;
    this.toServer.length = 0;
    this.#over(1006);
  }

  serverReads(): void {
    const item = this.isCut ? undefined : this.toServer.shift();
    if (item === undefined) return;
    if (typeof item === "object" && "code" in item) {
      this.toClient.push(item);
      this.#over(item.code);
    } else if (this.#conn) this.#network.hub.receive(this.#conn, item);
  }

  get isQuiet(): boolean {
    return this.readyState === 3 || (!this.isCut && this.toClient.length + this.toServer.length === 0);
  }
}

/** A network in memory between a client and a server's router. */
export class VirtualNetwork {
  readonly wires: Wire[] = [];
  readonly hub: Hub;
  readonly admit: ReturnType<typeof createAdmit> = createAdmit({ maxUpgradesPerSecond: Infinity });
  readonly WebSocket: new (url: string, protocols?: string[]) => SocketLike;

  constructor(router: Router<object>) {
    const clock = {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      setTimeout: (run: () => void, ms: number): unknown => setTimeout(run, ms),
      clearTimeout: (timer: unknown) => clearTimeout(timer as never),
    };
    this.hub = new Hub(router, { clock });
    const { wires } = this;
    const dial = (protocols: string[] = []): Wire => {
      const wire = new Wire(this, protocols);
      wires.push(wire);
      return wire;
    };
    this.WebSocket = function (_url: string, protocols?: string[]) {
      return dial(protocols);
    } as never;
  }

  get wire(): Wire | undefined {
    return this.wires.at(-1);
  }
}
