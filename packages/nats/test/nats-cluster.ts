import { type EngineServer, startNats } from "@ws-kit/conformance/engines/servers";
import { connect } from "@nats-io/transport-node";
import { wait } from "@ws-kit/conformance/engines/world";
import { freePort } from "../../../test/ports.ts";

const SERVERS = 3;

interface Info {
  readonly cluster?: { readonly leader?: string };
}

/** Three servers with JetStream that keep streams together, each a process of its own. */
export class NatsCluster {
  readonly servers: readonly EngineServer[];

  private constructor(servers: readonly EngineServer[]) {
    this.servers = servers;
  }

  static async start(path: string): Promise<NatsCluster> {
    const ports = await Promise.all(Array.from({ length: SERVERS }, () => freePort()));
    const routes = ports.map((port) => `nats://127.0.0.1:${port}`);
    const start = (route: string, i: number): Promise<EngineServer> =>
      startNats(path, ["-js", "-n", `n${i}`, "--cluster_name", "c", "--cluster", route, "--routes", routes.join(",")]);
    const cluster = new NatsCluster(await Promise.all(routes.map(start)));
    try {
      await cluster.formed();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get addresses(): string[] {
    return this.servers.map(({ port }) => `127.0.0.1:${port}`);
  }

  /** They have a leader, which makes streams. */
  private async formed(): Promise<void> {
    const end = Date.now() + 30_000;
    const stream = { name: "formed", subjects: ["formed"], num_replicas: SERVERS };
    while ((await this.ask("STREAM.CREATE.formed", stream).catch(() => undefined)) === undefined) {
      if (Date.now() > end) throw new Error("The cluster did not come about");
      await wait(200);
    }
    await this.ask("STREAM.DELETE.formed");
  }

  /** The server that leads the one stream with this in its name. */
  async leaderOf(part: string): Promise<EngineServer> {
    const { streams } = await this.ask<{ streams: string[] }>("STREAM.NAMES");
    const { cluster } = await this.ask<Info>(`STREAM.INFO.${streams.find((name) => name.includes(part))}`);
    return this.servers[Number(cluster?.leader?.slice(1))] as EngineServer;
  }

  private async ask<T = object>(request: string, payload?: object): Promise<T> {
    const somebody = await connect({ servers: this.addresses });
    try {
      const answer = await somebody.request(`$JS.API.${request}`, payload && JSON.stringify(payload), {
        timeout: 3_000,
      });
      const said = answer.json<T & { error?: { description: string } }>();
      if (said.error !== undefined) throw new Error(said.error.description);
      return said;
    } finally {
      await somebody.close();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}
