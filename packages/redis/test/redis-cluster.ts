import { type EngineServer, startRedis } from "@ws-kit/conformance/engines/servers";
import { wait } from "@ws-kit/conformance/engines/world";
import { createClient } from "redis";
import { freePort } from "../../../test/ports.ts";

const MASTERS = 3;
const SLOTS = 16_384;

/** Three masters that share the slots, each a process of its own. */
export class RedisCluster {
  readonly servers: readonly EngineServer[];
  readonly first: EngineServer;

  private constructor(servers: readonly EngineServer[]) {
    const [first] = servers;
    if (first === undefined) throw new Error("There is no server");
    this.servers = servers;
    this.first = first;
  }

  static async start(path: string): Promise<RedisCluster> {
    const servers = await Promise.all(Array.from({ length: MASTERS }, () => startMember(path)));
    const cluster = new RedisCluster(servers);
    try {
      await cluster.form();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  private async form(): Promise<void> {
    const bounds = Array.from({ length: MASTERS + 1 }, (_, i) => Math.floor((i * SLOTS) / MASTERS));
    for (const [i, { port }] of this.servers.entries()) {
      await ask(port, "CLUSTER", "ADDSLOTSRANGE", String(bounds[i]), String((bounds[i + 1] ?? 0) - 1));
      // Epochs that differ from the start: three masters that meet with the same one would first have to settle it.
      await ask(port, "CLUSTER", "SET-CONFIG-EPOCH", String(i + 1));
    }
    const [, busPort] = (await ask(this.first.port, "CONFIG", "GET", "cluster-port")) as string[];
    for (const { port } of this.servers.slice(1)) {
      await ask(port, "CLUSTER", "MEET", "127.0.0.1", String(this.first.port), String(busPort));
    }
    await this.settled(this.servers);
  }

  /** All of these have heard of all slots. */
  async settled(servers: readonly EngineServer[]): Promise<void> {
    const end = Date.now() + 20_000;
    for (const { port } of servers) {
      while (!(await isSettled(port))) {
        if (Date.now() > end)
          throw new Error(`The cluster did not come about: ${String(await ask(port, "CLUSTER", "INFO"))}`);
        await wait(50);
      }
    }
  }

  /** The server that says that it has the slot. */
  private async ownerOf(slot: number): Promise<EngineServer> {
    for (const server of this.servers) {
      const id = await ask(server.port, "CLUSTER", "MYID");
      const ranges = (await ask(server.port, "CLUSTER", "SLOTS")) as [number, number, [string, number, string]][];
      if (ranges.some(([from, to, master]) => from <= slot && slot <= to && master[2] === id)) return server;
    }
    throw new Error(`Nobody has slot ${slot}`);
  }

  /**
   * Gives the slot to another server, as `redis-cli --cluster reshard` does with one that has no keys.
   * @returns the other one.
   */
  async move(slot: number): Promise<EngineServer> {
    const from = await this.ownerOf(slot);
    const to = this.servers.find((server) => server !== from) ?? this.first;
    const [fromId, toId] = [await ask(from.port, "CLUSTER", "MYID"), await ask(to.port, "CLUSTER", "MYID")];
    const set = (port: number, ...args: unknown[]): Promise<unknown> =>
      ask(port, "CLUSTER", "SETSLOT", String(slot), ...args.map(String));
    await set(to.port, "IMPORTING", fromId);
    await set(from.port, "MIGRATING", toId);
    await set(to.port, "NODE", toId);
    await set(from.port, "NODE", toId);
    return to;
  }

  /** Whether it answers nothing while slots are nobody's. */
  async requireAll(whether: "yes" | "no"): Promise<void> {
    for (const { port } of this.servers) {
      await ask(port, "CONFIG", "SET", "cluster-require-full-coverage", whether);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

async function startMember(path: string): Promise<EngineServer> {
  const busPort = String(await freePort());
  const settings = ["--cluster-enabled", "yes", "--cluster-port", busPort, "--cluster-node-timeout", "1000"];
  return startRedis(path, [...settings, "--cluster-require-full-coverage", "no"]);
}

async function isSettled(port: number): Promise<boolean> {
  const info = String(await ask(port, "CLUSTER", "INFO"));
  const known = String(await ask(port, "CLUSTER", "NODES"));
  return (
    info.includes("cluster_state:ok") &&
    info.includes(`cluster_slots_assigned:${SLOTS}`) &&
    info.includes(`cluster_size:${MASTERS}`) &&
    !/handshake|fail/.test(known)
  );
}

/** One command to one server, without following where it points. */
export async function ask(port: number, ...command: string[]): Promise<unknown> {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, RESP: 2, socket: { reconnectStrategy: false } });
  client.on("error", () => {});
  await client.connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}
