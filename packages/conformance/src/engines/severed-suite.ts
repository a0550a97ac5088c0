import type { Added, Engine, EngineLog, EngineSession } from "@ws-kit/core/extend";
import { expect, it } from "vitest";
import { nodeSide } from "./node-side.ts";
import type { EngineServer } from "./servers.ts";
import { until } from "./world.ts";

const TOPIC = "room:7";
const KEEPING = { size: 10, maxBytes: 1_000, ttlMs: 60_000, pattern: "room:{id}" };
const ALL = { messages: 10, bytes: 1_000 };

/**
 * What every log promises where something is known to be lost.
 * @param startServer One that keeps what it acknowledges.
 */
export function severedSuite(startServer: () => Promise<EngineServer>, engineOf: (port: number) => Engine): void {
  it("a log that is severed goes on from no epoch, for all nodes alike, and only where it lacks what was there", async () => {
    const server = await startServer();
    const nodes = [new LogNode(engineOf(server.port)), new LogNode(engineOf(server.port))] as const;
    const [one, other] = nodes;
    const restart = async (): Promise<void> => {
      await server.kill();
      await until(() => nodes.every(({ isUp }) => !isUp));
      await server.restart();
      await until(() => nodes.every(({ isUp }) => isUp));
      for (const node of nodes) await node.session.follow([TOPIC]);
    };
    try {
      await until(() => nodes.every(({ isUp }) => isUp));
      for (const node of nodes) await node.session.follow([TOPIC]);
      const message = { packet: "1", from: undefined, id: undefined };
      const [added] = (await one.log.append(TOPIC, [message], KEEPING)) as readonly Added[];
      const { epoch, offset } = added?.position ?? { epoch: "", offset: 0 };
      await restart();
      const before = await one.read();
      expect(before.chain).toEqual([[epoch, offset]]);
      // It has all of it, and one that nobody knows is none that it goes on from.
      await one.log.sever(TOPIC, { epoch, offset }, KEEPING);
      await one.log.sever(TOPIC, { epoch: "unknown", offset: 9 }, KEEPING);
      expect(await other.read()).toEqual(before);

      const lost = { epoch, offset: offset + 1 };
      await Promise.all(nodes.map(({ log }) => log.sever(TOPIC, lost, KEEPING)));
      const severed = await one.read();
      expect(severed).toMatchObject({ chain: [], top: offset, entries: [{ offset, packet: "1" }] });
      expect([epoch, before.epoch]).not.toContain(severed.epoch);
      expect(await other.read()).toEqual(severed);
      await until(() => nodes.some(({ changes }) => changes.includes(`${TOPIC} ${severed.epoch}`)));
      // What was recorded is under this name then, and comes so to all.
      const [next] = (await other.log.append(TOPIC, [{ ...message, packet: "2" }], KEEPING)) as readonly Added[];
      expect(next?.position.epoch).toBe(severed.epoch);
      await until(() => nodes.every(({ frames }) => frames.includes(`${severed.epoch} 2`)));
      await one.log.sever(TOPIC, lost, KEEPING);
      expect((await one.read()).epoch).toBe(severed.epoch);

      await restart();
      expect((await other.read()).chain).toEqual([[severed.epoch, next?.position.offset]]);
    } finally {
      for (const { session } of nodes) await session.close();
      await server.stop();
    }
  });
}

/** What a node has of its engine. */
class LogNode {
  readonly session: EngineSession;
  readonly changes: string[] = [];
  readonly frames: string[] = [];
  isUp = false;

  constructor(engine: Engine) {
    const side = nodeSide({
      records: true,
      keepingOf: () => KEEPING,
      added: (_topic, { epoch, packet }) => this.frames.push(`${epoch} ${String(packet)}`),
      changed: (topic, epoch) => this.changes.push(`${topic} ${epoch}`),
      link: (state) => {
        this.isUp = state === "up";
      },
    });
    this.session = engine.connect(side);
  }

  get log(): EngineLog {
    if (this.session.log === undefined) throw new Error("It keeps no logs");
    return this.session.log;
  }

  read(): ReturnType<EngineLog["read"]> {
    return this.log.read(TOPIC, 0, KEEPING, ALL);
  }
}
