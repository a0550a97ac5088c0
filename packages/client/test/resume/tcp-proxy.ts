import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy whose connections are cut when told to, without a close frame. */
export interface TcpProxy {
  readonly url: string;
  /** Cuts all connections; what is on its way in either direction is gone. */
  cut(): void;
  /** New connections are refused until it is false. */
  refuses: boolean;
  /** Connections so far. */
  readonly count: number;
  /** From now on nothing passes on the present connections, and nobody is told. */
  freeze(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    if (proxy.refuses) {
      client.resetAndDestroy();
      return;
    }
    count++;
    const server = connect(target, "127.0.0.1");
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on("error", () => {});
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on("data", (chunk) => void to.write(chunk));
    }
  });
  let count = 0;
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const proxy = {
    url: `ws://127.0.0.1:${(listener.address() as AddressInfo).port}/`,
    refuses: false,
    get count() {
      return count;
    },
    cut,
    freeze() {
      for (const socket of sockets) socket.pause();
    },
    async close() {
      cut();
      listener.close();
      await once(listener, "close");
    },
  };
  return proxy;
}
