import { connect, createServer, type Server, type Socket } from "node:net";

/** A load balancer as small as can be: connections go to the targets in turn, and past those that are away. */
export function startBalancer(port: number, targets: () => readonly number[]): Promise<Server> {
  let turn = 0;
  const server = createServer((near) => {
    near.on("error", () => {});
    const ports = targets();
    const first = turn++;
    join(
      near,
      ports.map((_, i) => ports[(first + i) % ports.length] ?? 0),
    );
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => resolve(server));
  });
}

function join(near: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined) {
    near.destroy();
    return;
  }
  const far = connect(port, "localhost");
  let isJoined = false;
  far.on("connect", () => {
    isJoined = true;
    near.pipe(far).pipe(near);
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  far.on("error", () => (isJoined ? near.destroy() : join(near, others)));
}
