import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP proxy that does not always do what it should. */
export interface Proxy {
  readonly port: number;
  /** Open connections stay open, and carry nothing more; new ones neither. */
  stall(): void;
  /** As long as it carries again: connections that were stalled do not come back to life. */
  resume(): void;
  /** Cuts all connections. */
  reset(): void;
  close(): void;
}

/** @param target Asked at each connection; undefined refuses it. */
export async function startProxy(target: () => number | undefined): Promise<Proxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let stalled = false;
  const server = createServer((near) => {
    const port = target();
    if (port === undefined) {
      near.destroy();
      return;
    }
    const far = connect(port, "127.0.0.1");
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      from.on("error", () => {});
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
      from.pipe(to);
    }
    if (stalled) for (const socket of pair) socket.unpipe().pause();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const each = (act: (socket: Socket) => unknown): void => {
    for (const pair of pairs) for (const socket of pair) act(socket);
  };
  return {
    port: (server.address() as AddressInfo).port,
    stall() {
      stalled = true;
      each((socket) => socket.unpipe().pause());
    },
    resume() {
      stalled = false;
      each((socket) => socket.destroy());
    },
    reset: () => each((socket) => socket.resetAndDestroy()),
    close() {
      server.close();
      each((socket) => socket.destroy());
    },
  };
}
