import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wsClient } from "@ws-kit/client";
import type { EngineServer } from "@ws-kit/conformance/engines/servers";
import { until, wait } from "@ws-kit/conformance/engines/world";
import { WebSocket } from "ws";
import { ChaosNode } from "./chaos-node.ts";
import { type Fault, happen, pick, type World } from "./faults.ts";
import { HEARTBEAT } from "./followers.ts";
import { Record } from "./messages.ts";
import { startProxy } from "./proxy.ts";
import { random } from "../../../test/random.ts";
import { RecordedFollowers } from "./recorded-followers.ts";

export interface RecordedChaosOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly clients: number;
  readonly engine: EngineServer;
  /** The command of a node: it finds its own port in PORT and the engine's in ENGINE_PORT. */
  readonly node: readonly string[];
  /** Whether offsets rise by one. */
  readonly isDense: boolean;
  /** Now and then the engine gets back an older state of its files. */
  readonly restores: boolean;
}

export interface RecordedFindings {
  readonly rounds: readonly { readonly fault: Fault | "restore"; readonly restoredMs: number }[];
  readonly recorded: number;
  /** Repeats that the log knew. */
  readonly duplicates: number;
  readonly received: number;
  readonly gaps: number;
  readonly reasons: { readonly [reason: string]: number };
  /** Out of order, twice, behind a hole, or another message in the same place. */
  readonly wrong: readonly string[];
  /** Acknowledged, and lacked by somebody who was told of no gap. */
  readonly missing: readonly string[];
  /** Errors logged by nodes, and rejections that nobody handled. */
  readonly faults: readonly string[];
  readonly unsettled: number;
}

const NODES = 3;
const ROOMS = 20;
const PUBLISHERS = 10;
const TIME_OUT_MS = 30_000;

export async function runRecordedChaos(options: RecordedChaosOptions): Promise<RecordedFindings> {
  const { clients, engine, isDense, restores } = options;
  const dice = random(options.seed);
  const engineProxy = await startProxy(() => engine.port);
  const starts = Array.from({ length: NODES }, (_, i) => ChaosNode.start(i, options.node, engineProxy.port));
  const nodes = await Promise.all(starts);
  let turn = 0;
  const balancer = await startProxy(() => {
    const alive = nodes.filter(({ child }) => child !== undefined);
    return alive[turn++ % alive.length]?.port;
  });
  const url = `ws://127.0.0.1:${balancer.port}`;
  const roomsOfEach = Array.from({ length: clients }, (_, i) => [
    ...new Set([String(i % ROOMS), ...Array.from({ length: 2 }, () => String(Math.floor(dice() * ROOMS)))]),
  ]);
  await until(() => nodes.every(({ isUp }) => isUp), TIME_OUT_MS);
  const followers = new RecordedFollowers(url, roomsOfEach, isDense);
  const publishing = new Publishing(url, dice);
  const rounds: { fault: Fault | "restore"; restoredMs: number }[] = [];
  try {
    await until(() => followers.areOpen, TIME_OUT_MS);
    const publishers = Array.from({ length: PUBLISHERS }, (_, i) => publishing.run(i));
    for (let round = 0; round < options.rounds; round++) {
      const world = { dice, engine, engineProxy, nodes };
      const fault = restores && dice() < 0.25 ? "restore" : pick(dice);
      await wait(200);
      await (fault === "restore" ? restore(world) : happen(fault, world));
      const over = Date.now();
      await restored(followers, nodes, publishing, `round:${round}`);
      rounds.push({ fault, restoredMs: Date.now() - over });
    }
    publishing.stop();
    await Promise.all(publishers);
    await wait(500);
    await restored(followers, nodes, publishing, "end");
    const { recorded, duplicates, unsettled } = publishing;
    return {
      rounds,
      recorded: recorded.length,
      duplicates,
      received: followers.received,
      gaps: followers.gaps,
      reasons: followers.reasons,
      wrong: followers.wrong,
      missing: followers.missing(recorded),
      faults: nodes.flatMap(({ faults }) => faults),
      unsettled,
    };
  } finally {
    publishing.stop();
    await followers.close();
    for (const node of nodes) await node.kill();
    balancer.close();
    engineProxy.close();
  }
}

/** Clients that have messages recorded, and repeat what was not acknowledged. */
class Publishing {
  readonly recorded: { readonly room: string; readonly id: string }[] = [];
  duplicates = 0;
  unsettled = 0;
  private isOver = false;
  private readonly url: string;
  private readonly dice: () => number;

  constructor(url: string, dice: () => number) {
    this.url = url;
    this.dice = dice;
  }

  stop(): void {
    this.isOver = true;
  }

  async run(index: number): Promise<void> {
    const client = wsClient({ url: this.url, WebSocket, heartbeat: HEARTBEAT });
    for (let n = 0; !this.isOver; n++) {
      await this.record(client, String(Math.floor(this.dice() * ROOMS)), `${index}:${n}`);
      await wait(30);
    }
    await client.close();
  }

  /** Until it is acknowledged: from one end to the other under one id. */
  async record(client: ReturnType<typeof wsClient>, room: string, id: string): Promise<void> {
    for (;;) {
      const asking = client.request(Record, { room, id }, { timeoutMs: 8_000 }).then(
        ({ payload }) => payload,
        () => undefined,
      );
      const result = await Promise.race([asking, wait(20_000).then(() => "unsettled" as const)]);
      if (result === "unsettled") this.unsettled++;
      else if (result !== undefined) {
        if (result.duplicate) this.duplicates++;
        this.recorded.push({ room, id });
        return;
      }
      await wait(50);
    }
  }
}

/** All nodes are up, and what is recorded through each of them reaches everybody who follows the room. */
async function restored(
  followers: RecordedFollowers,
  nodes: readonly ChaosNode[],
  publishing: Publishing,
  name: string,
): Promise<void> {
  await until(() => nodes.every(({ isUp }) => isUp), TIME_OUT_MS);
  const clients = nodes.map(({ port }) => wsClient({ url: `ws://127.0.0.1:${port}`, WebSocket }));
  try {
    for (let round = 0, have = false; !have; round++) {
      const probes = clients.flatMap((client, i) =>
        Array.from({ length: ROOMS }, (_, room) => ({
          client,
          room: String(room),
          id: `${name}:${round}:${i}:${room}`,
        })),
      );
      const arrived = (): boolean => probes.every(({ room, id }) => followers.haveAll(room, id));
      const before = followers.gaps;
      await Promise.all(probes.map(({ client, room, id }) => publishing.record(client, room, id)));
      // One that is recorded before a node has looked at its logs may lie under the gap that its followers are then told.
      await until(() => arrived() || followers.gaps > before, TIME_OUT_MS);
      have = arrived();
    }
  } finally {
    for (const client of clients) void client.close();
  }
}

/** The engine dies, and what comes back has the files of a while ago. */
async function restore({ dice, engine }: World): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), "ws-kit-older-"));
  cpSync(engine.folder, copy, { recursive: true });
  await wait(100 + dice() * 900);
  await engine.kill();
  rmSync(engine.folder, { recursive: true, force: true });
  cpSync(copy, engine.folder, { recursive: true });
  rmSync(copy, { recursive: true, force: true });
  await engine.restart();
}
