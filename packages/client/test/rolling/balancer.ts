import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy before several servers: it takes them in turn, and every byte travels for a while. */
export interface Balancer {
  readonly port: number;
  /** Those that take new connections. */
  targets: number[];
  close(): Promise<void>;
}

/** @param delayMs In either direction. */
export async function startBalancer(delayMs: number): Promise<Balancer> {
  const open = new Set<Socket>();
  let turn = 0;
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const { targets } = balancer;
    const server = connect({
      port: targets[turn++ % targets.length] as number,
      host: "127.0.0.1",
      allowHalfOpen: true,
    });
    pass(client, server);
    pass(server, client);
  });

  /** Passes on what comes, the end included, after the delay. */
  function pass(from: Socket, to: Socket): void {
    open.add(from);
    from.setNoDelay(true);
    const later = (act: () => void) => void setTimeout(() => to.destroyed || act(), delayMs);
    from.on("data", (chunk) => later(() => to.write(chunk)));
    from.on("end", () => later(() => to.end()));
    from.on("error", () => later(() => to.resetAndDestroy()));
    from.on("close", () => open.delete(from));
  }

  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const balancer: Balancer = {
    port: (listener.address() as AddressInfo).port,
    targets: [],
    async close() {
      for (const socket of open) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
  return balancer;
}
