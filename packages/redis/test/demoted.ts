import { type EngineServer, startRedis } from "@ws-kit/conformance/engines/servers";
import { EngineNode, Tick, until } from "@ws-kit/conformance/engines/world";
import { Redis } from "ioredis";
import { engineBy } from "./clients.ts";

/** What a node said whose server was made a replica, and once more a primary. */
export interface DemotedFindings {
  readonly cause: string;
  readonly meanwhile: unknown;
  readonly after: unknown;
  readonly reports: string;
}

/** Has a server replaced by another one: it becomes a replica, and keeps its connections. */
export async function findDemoted(client: string, path: string): Promise<DemotedFindings> {
  const server = await startRedis(path);
  const admin = new Redis({ port: server.port });
  const node = new EngineNode(engineBy(client, server.port));
  try {
    return await demoted(node, admin, server);
  } finally {
    admin.disconnect();
    await node.close();
    await server.stop();
  }
}

async function demoted(node: EngineNode, admin: Redis, server: EngineServer): Promise<DemotedFindings> {
  const publish = () => node.router.publish("room", Tick, { by: "a", n: 1 });
  await node.up();
  await admin.replicaof("127.0.0.1", server.port);
  await until(() => node.cluster.state === "down", 5_000);
  const meanwhile = await publish();
  await admin.replicaof("NO", "ONE");
  await node.up();
  const down = node.reports.find(({ state }) => state === "down");
  return {
    cause: down?.state === "down" ? String(down.cause) : "",
    meanwhile,
    after: await publish(),
    reports: node.reports.map(({ state }) => state).join(" "),
  };
}
