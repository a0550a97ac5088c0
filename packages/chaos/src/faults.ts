import type { EngineServer } from "@ws-kit/conformance/engines/servers";
import { wait } from "@ws-kit/conformance/engines/world";
import type { ChaosNode } from "./chaos-node.ts";
import type { Proxy } from "./proxy.ts";

const FAULTS = ["node", "node", "engine", "both", "stop engine", "half-open", "reset", "stop node"] as const;

export type Fault = (typeof FAULTS)[number];

export function pick(dice: () => number): Fault {
  return FAULTS[Math.floor(dice() * FAULTS.length)] ?? "node";
}

/** What a fault may happen to. */
export interface World {
  readonly dice: () => number;
  readonly engine: EngineServer;
  readonly engineProxy: Proxy;
  readonly nodes: readonly ChaosNode[];
}

/** Resolves when it is over. */
export async function happen(what: Fault, { dice, engine, engineProxy, nodes }: World): Promise<void> {
  const node = nodes[Math.floor(dice() * nodes.length)];
  const ms = 100 + dice() * 900;
  switch (what) {
    case "node":
      await node?.kill();
      await wait(ms);
      await node?.start();
      break;
    case "engine":
      await engine.kill();
      await wait(ms);
      await engine.restart();
      break;
    case "both":
      await Promise.all([engine.kill(), node?.kill()]);
      await wait(ms);
      await Promise.all([engine.restart(), node?.start()]);
      break;
    case "stop engine":
      engine.signal("SIGSTOP");
      await wait(ms * 5);
      engine.signal("SIGCONT");
      break;
    case "stop node":
      node?.child?.kill("SIGSTOP");
      await wait(ms * 6);
      node?.child?.kill("SIGCONT");
      break;
    case "half-open":
      engineProxy.stall();
      await wait(ms * 5);
      engineProxy.resume();
      break;
    case "reset":
      engineProxy.reset();
      break;
  }
}
