import type { Engine } from "@ws-kit/core/extend";
import type { EngineServer } from "./servers.ts";
import { EngineNode, type Outcome, publishThrough, Tick, until, wait } from "./world.ts";

/** What an engine did, as plain data: found on Node by the test itself, on Bun by a process of its own. */
export interface LiveFindings {
  readonly carried: Carried;
  readonly killed: Outcome;
  readonly stopped: Outcome;
}

interface Carried {
  /** What became of a publish to each of the topics. */
  readonly results: readonly unknown[];
  /** What the other node got of them. */
  readonly topics: readonly string[];
  /** What it got of a burst of 500, which number it was where. */
  readonly inOrder: boolean;
  /** Packets in which the burst travelled. */
  readonly packets: number;
  /** What the publisher's own peer got: once, from here. */
  readonly ownCopies: number;
}

const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");
const TOPICS = ["room", PRINTABLE.slice(0, 60), PRINTABLE.slice(60), "é{1}:~*", "a:b", "ws-kit:room", "a.b.>"];
const BURST = 500;

export async function findLive(makeEngine: () => Engine, server: EngineServer): Promise<LiveFindings> {
  return {
    carried: await carried(makeEngine),
    killed: await publishThrough(makeEngine, async () => {
      await server.kill();
      await wait(2_000);
      await server.restart();
    }),
    stopped: await publishThrough(makeEngine, async () => {
      server.signal("SIGSTOP");
      await wait(5_000);
      server.signal("SIGCONT");
    }),
  };
}

async function carried(makeEngine: () => Engine): Promise<Carried> {
  const [here, there] = [new EngineNode(makeEngine()), new EngineNode(makeEngine())];
  try {
    for (const node of [here, there]) await node.follow(...TOPICS);
    await Promise.all([here.up(), there.up()]);
    const results: unknown[] = [];
    for (const [n, topic] of TOPICS.entries()) results.push(await here.router.publish(topic, Tick, { by: "a", n }));
    await until(() => there.got.length >= TOPICS.length);
    const before = here.cluster.counters.packets;
    for (let n = 0; n < BURST; n++) void here.router.publish("room", Tick, { by: "b", n });
    await until(() => there.got.length >= TOPICS.length + BURST);
    await wait(100);
    return {
      results,
      topics: there.got.filter((tick) => tick.startsWith("a")).toSorted(),
      inOrder: there.got.slice(TOPICS.length).every((tick, n) => tick === `b:${n}`),
      packets: here.cluster.counters.packets - before,
      ownCopies: here.got.length,
    };
  } finally {
    await Promise.all([here.close(), there.close()]);
  }
}

/** What they have to be. */
export const LIVE_CARRIED = {
  results: TOPICS.map(() => ({ ok: true, matched: 1, remote: "sent" })),
  topics: TOPICS.map((_, n) => `a:${n}`),
  inOrder: true,
  ownCopies: TOPICS.length + BURST,
} as const;

/** Of a fault: nothing unsaid, nothing twice or out of order, and each change of the link told once by each node. */
export const LIVE_FAULT = { unsaid: 0, twice: 0, disordered: 0, reports: ["up down up", "up down up"] } as const;
