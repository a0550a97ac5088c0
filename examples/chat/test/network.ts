import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to the server that can be cut, as a phone's in a tunnel. */
export interface Network {
  readonly port: number;
  /** Drops every connection, and new ones at once. */
  cut(): void;
  mend(): void;
  close(): void;
}

export async function startNetwork(target: number): Promise<Network> {
  const sockets = new Set<Socket>();
  let whole = true;
  const listener = createServer((near) => {
    const far = connect(target, "localhost");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
      socket.on("error", () => {}); // "close" follows.
    }
    if (!whole) near.destroy();
    near.pipe(far).pipe(near);
  }).listen(0);
  await once(listener, "listening");

  const cut = (): void => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (listener.address() as AddressInfo).port,
    cut,
    mend: () => {
      whole = true;
    },
    close: () => {
      cut();
      listener.close();
    },
  };
}
