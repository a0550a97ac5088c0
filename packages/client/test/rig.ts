import { afterEach, beforeEach } from "vitest";
import {
  type Client,
  type ClientOptions,
  type ConnectionState,
  type ErrorContext,
  type StateInfo,
  wsClient,
} from "../src/index.ts";
import { FakeNetwork, FakePage, type FakeSocket } from "./fake-network.ts";
import { installVirtualTime, settled, type VirtualTime } from "./virtual-time.ts";

/** A client in a world where nothing moves by itself, and what it has told so far. */
export interface Rig {
  readonly client: Client;
  readonly network: FakeNetwork;
  readonly states: ConnectionState[];
  readonly infos: StateInfo[];
  readonly errors: ({ error: Error } & ErrorContext)[];
  /** Connects and has the server accept. */
  open(): Promise<FakeSocket>;
  /** Types and payload numbers of what the server has read: `NOTE 1`. */
  read(): string[];
}

export interface World {
  time: VirtualTime;
  page: FakePage;
}

/** Puts virtual time and a fake page around each test of a file. */
export function useWorld(): World {
  const world = {} as World;
  beforeEach(() => {
    world.time = installVirtualTime();
    world.page = new FakePage();
  });
  afterEach(() => {
    world.page.restore();
    world.time.restore();
  });
  return world;
}

export function createRig(options: Partial<ClientOptions> = {}, network: FakeNetwork = new FakeNetwork()): Rig {
  const client = wsClient({ url: "ws://test/", WebSocket: network.WebSocket, ...options });
  const rig: Rig = {
    client,
    network,
    states: [],
    infos: [],
    errors: [],
    async open() {
      void client.connect();
      await settled();
      network.socket.accept();
      await settled();
      return network.socket;
    },
    read() {
      for (const socket of network.sockets) socket.read();
      return network.received
        .splice(0)
        .map(({ type, payload }) => `${type} ${(payload as { n?: number } | undefined)?.n ?? ""}`.trim());
    },
  };
  client.onState((state, info) => {
    rig.states.push(state);
    rig.infos.push(info);
  });
  client.onError((error, context) => rig.errors.push({ error, ...context }));
  return rig;
}
