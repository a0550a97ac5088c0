import type { Engine, MemberStore } from "@ws-kit/core/extend";
import { expect, it } from "vitest";
import { nodeSide } from "./node-side.ts";
import type { EngineServer } from "./servers.ts";
import { until } from "./world.ts";

/** What every store of members promises that a node's own tests cannot bring about. */
export function membersSuite(startServer: () => Promise<EngineServer>, engineOf: (port: number) => Engine): void {
  it("has nothing of a node without a lease, which nobody would ever take away", async () => {
    const server = await startServer();
    const { members, close } = await connected(engineOf(server.port));
    try {
      const one = new Map([["1", "one"]]);
      await members.renew("living-1", 10_000, true);
      await members.write("room", "living-1", one, false);
      await members.write("room", "forgotten-1", one, false);
      expect(await members.read("room")).toEqual(new Map([["living-1", one]]));
      await members.sweep("living-1");
      await members.write("room", "living-1", one, false);
      expect(await members.read("room")).toEqual(new Map());
    } finally {
      await close();
      await server.stop();
    }
  });
}

async function connected(engine: Engine): Promise<{ members: MemberStore; close: () => Promise<void> }> {
  let isUp = false;
  const link = (state: "up" | "down"): void => void (isUp = state === "up");
  const session = engine.connect(nodeSide({ members: true, link }));
  await until(() => isUp);
  if (session.members === undefined) throw new Error("It keeps no members");
  return { members: session.members, close: async () => session.close() };
}
