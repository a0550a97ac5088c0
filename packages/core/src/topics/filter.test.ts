import { expect, it } from "vitest";
import { bench, memoryLogger, settle, Told } from "../../test/harness.ts";
import { createRouter } from "../router/create-router.ts";

/** The names of those who received something. */
async function receivers(filter: (data: { role?: { name: string }; clientId: string }) => boolean | Promise<boolean>) {
  const logger = memoryLogger();
  const router = createRouter<{ role?: { name: string } }>({ logger }).onOpen((ctx) => ctx.topics.subscribe("room"));
  const { connect } = bench(router);
  const peers = {
    first: connect({ role: { name: "moderator" } }),
    member: connect({ role: { name: "member" } }),
    fresh: connect(),
    last: connect({ role: { name: "moderator" } }),
  };
  const result = await router.publish("room", Told, { n: 1 }, { filter });
  await settle();
  const names = Object.entries(peers).filter(([, { socket }]) => socket.frames.length > 0);
  return { result, names: names.map(([name]) => name), lines: logger.lines };
}

it("an asynchronous filter is waited for", async () => {
  const { names, result } = await receivers(async (data) => data.role?.name === "moderator");
  expect(names).toEqual(["first", "last"]);
  expect(result).toEqual({ ok: true, matched: 2, remote: "none" });
});

it.each([
  ["throws", (data: { role?: { name: string } }) => (data.role as { name: string }).name === "moderator"],
  ["rejects", async (data: { role?: { name: string } }) => (data.role as { name: string }).name === "moderator"],
] as const)("a filter that %s for one follower does not cut off the others", async (_how, filter) => {
  const { names, result, lines } = await receivers(filter);
  expect(names).toEqual(["first", "last"]);
  expect(result).toEqual({ ok: true, matched: 2, remote: "none" });
  expect(lines.filter((line) => line.startsWith("error: Cannot read properties"))).toHaveLength(1);
});

it("nobody is served while a filter has yet to answer for anybody, and nobody who has left", async () => {
  const router = createRouter().onOpen((ctx) => ctx.topics.subscribe("room"));
  const { connect } = bench(router);
  const [stays, leaves] = [connect(), connect()];
  const published = router.publish("room", Told, { n: 1 }, { filter: async () => true });
  expect(stays.socket.frames).toEqual([]);
  leaves.socket.close();
  expect(await published).toEqual({ ok: true, matched: 1, remote: "none" });
  expect(leaves.socket.frames).toEqual([]);
});
