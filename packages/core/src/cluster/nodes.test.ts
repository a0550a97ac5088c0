import { describe, expect, it } from "vitest";
import { ByteSocket, turned } from "../../test/bytes.ts";
import { FakeEngine, type Whims } from "../../test/fake-engine.ts";
import { bench, fields, memoryLogger, Note, settle, VirtualClock } from "../../test/harness.ts";
import type { RouterOptions } from "../api/options.ts";
import { createRouter } from "../router/create-router.ts";
import { message } from "../shared.ts";
import { readLetter, writeLetter } from "./letters.ts";

type Data = { userId?: string };

const Text = message("TEXT", fields({ text: "string" }));

/** Nodes of one application, an engine between them. */
function world(whims: Whims = {}) {
  const clock = new VirtualClock();
  const engine = new FakeEngine((callback, ms) => clock.setTimeout(callback, ms), whims);
  const node = (options: RouterOptions<Data> = {}) => {
    const logger = memoryLogger();
    const router = createRouter<Data>({ engine, logger, identify: (data) => data.userId, ...options });
    const made = bench(router, { clock });
    return { ...made, router, users: router.users, logger, id: () => router.cluster?.nodeId ?? "" };
  };
  /** What needs no time comes first. */
  const pass = async (ms: number) => {
    await settle();
    await clock.advance(ms);
  };
  /** So many nodes that know each other. */
  const nodes = async (count: number) => {
    const all = Array.from({ length: count }, () => node());
    await pass(1_500);
    return all as [ReturnType<typeof node>, ...ReturnType<typeof node>[]];
  };
  return { clock, engine, node, nodes, pass };
}

/** A promise of which is known whether it has settled. */
async function settled<T>(promise: Promise<T>): Promise<T | "pending"> {
  await settle();
  return Promise.race([promise, Promise.resolve("pending" as const)]);
}

describe("users on several nodes", () => {
  it("are sent to on all of them, and the result says how many there were, as soon as all have answered", async () => {
    const { nodes } = world();
    const [a, b, c] = await nodes(3);
    const peers = [a.connect({ userId: "ada" }), b?.connect({ userId: "ada" }), b?.connect({ userId: "ada" })];
    const other = c?.connect({ userId: "bob" });
    const result = await settled(a.users.send("ada", Note, { n: 7 }));
    expect(result).toEqual({ ok: true, connections: 3, nodes: 2, missing: [] });
    for (const peer of peers) expect(peer?.socket.take()).toMatchObject([{ type: "NOTE", payload: { n: 7 } }]);
    expect(other?.socket.take()).toEqual([]);
    expect(await settled(a.users.send("carol", Note, { n: 7 }))).toMatchObject({ ok: true, connections: 0, nodes: 0 });
    expect(await settled(a.users.connections("bob"))).toMatchObject({ connections: 1, nodes: 1 });
    expect(await settled(a.users.isOnline("bob"))).toBe(true);
    expect(await settled(a.users.isOnline("carol"))).toBe(false);
  });

  it("are sent nothing that the engine cannot carry, on no node, and it is told for good", async () => {
    const { nodes } = world({ maxPacketBytes: 2_000 });
    const [a, b] = await nodes(2);
    const peers = [a.connect({ userId: "ada" }), b?.connect({ userId: "ada" })];
    const reported: Error[] = [];
    a.router.onError((error) => void reported.push(error));
    const text = "é".repeat(1_000);
    const result = await settled(a.users.send("ada", Text, { text }));
    const why = expect.stringMatching(/^The engine carries messages of at most 1\d{3} bytes, and this one has more$/);
    const error = { code: "INVALID_ARGUMENT", retryable: false, message: why };
    expect(result).toMatchObject({ ok: false, error, connections: 0, nodes: 0 });
    expect(reported).toMatchObject([error]);
    expect(peers.map((peer) => peer?.socket.take())).toEqual([[], []]);
    expect(await settled(a.users.send("ada", Text, { text: "é".repeat(700) }))).toMatchObject({
      ok: true,
      connections: 2,
    });
  });

  it("are closed on all of them", async () => {
    const { nodes } = world();
    const [a, b] = await nodes(2);
    const peers = [a.connect({ userId: "ada" }), b?.connect({ userId: "ada" })];
    expect(await settled(a.users.close("ada", 4_403, "Suspended"))).toMatchObject({ connections: 2, nodes: 2 });
    const end = { code: 4_403, reason: "Suspended" };
    expect(peers.map((peer) => peer?.socket.ended)).toEqual([end, end]);
  });

  it("lose a topic on all of them, and nobody else does", async () => {
    const { nodes } = world();
    const [a, b, c] = await nodes(3);
    for (const each of [a, b]) each?.router.on(Note, (ctx) => void ctx.topics.subscribe("room:7"));
    const peers = [a.connect({ userId: "ada" }), b?.connect({ userId: "ada" }), b?.connect({ userId: "bob" })];
    for (const peer of peers) peer?.message("NOTE", { n: 1 });
    // One that does not follow it.
    const elsewhere = c?.connect({ userId: "ada" });
    await settle();
    const revoked = c?.users.revoke("ada", "room:7") as Promise<unknown>;
    expect(await settled(revoked)).toEqual({ ok: true, connections: 2, nodes: 2, missing: [] });
    const told = { type: "$ws:unsubscribed", payload: { topic: "room:7", code: "PERMISSION_DENIED" } };
    expect([...peers, elsewhere].map((peer) => peer?.socket.take())).toEqual([[told], [told], [], []]);
    expect([a, b].map((each) => each?.hub.followers.of("room:7")?.size)).toEqual([undefined, 1]);
    expect(await settled(a.users.revoke("ada", "room:7"))).toMatchObject({ ok: true, connections: 0, nodes: 0 });
  });

  it("counts a node that died missing: after a second, at once when it was not heard of for ten, and a minute later no more", async () => {
    const { pass, engine, nodes } = world();
    const [a, b, c] = await nodes(3);
    c?.connect({ userId: "ada" });
    const dead = b?.id();
    const [, session] = engine.sessions;
    session?.cut();
    session?.close();
    const asked = a.users.send("ada", Note, { n: 1 });
    await pass(999);
    expect(await settled(asked)).toBe("pending");
    await pass(1);
    expect(await settled(asked)).toEqual({ ok: true, connections: 1, nodes: 1, missing: [dead] });
    await pass(15_000);
    expect(await settled(a.users.send("ada", Note, { n: 1 }))).toMatchObject({ connections: 1, missing: [dead] });
    await pass(60_000);
    expect(await settled(a.users.send("ada", Note, { n: 1 }))).toMatchObject({ connections: 1, missing: [] });
  });

  it("does not miss a node that has said goodbye, nor wait for it", async () => {
    const { nodes } = world();
    const [a, b] = await nodes(2);
    const asked = a.users.connections("ada");
    await b?.hub.dispose();
    expect(await settled(asked)).toMatchObject({ ok: true, missing: [] });
    expect(await settled(a.users.connections("ada"))).toEqual({ ok: true, connections: 0, nodes: 0, missing: [] });
  });

  it("waits a second where it cannot know all nodes yet, and gets their answers", async () => {
    const { pass, node } = world();
    const [a, b] = [node(), node()];
    b.connect({ userId: "ada" });
    await settle();
    const asked = a.users.connections("ada");
    expect(await settled(asked)).toBe("pending");
    await pass(1_000);
    expect(await settled(asked)).toEqual({ ok: true, connections: 1, nodes: 1, missing: [] });
  });

  it("serves this process and says so where the engine is away, and all again when it is back", async () => {
    const { pass, engine, nodes } = world();
    const [a, b] = await nodes(2);
    const [mine] = [a.connect({ userId: "ada" }), b?.connect({ userId: "ada" })];
    engine.kill();
    await settle();
    const result = await settled(a.users.send("ada", Note, { n: 1 }));
    expect(result).toMatchObject({ ok: false, error: { code: "UNAVAILABLE", retryable: true }, connections: 1 });
    expect(result).toMatchObject({ missing: [b?.id()] });
    expect(mine?.socket.take()).toHaveLength(1);
    await expect(a.users.isOnline("nobody")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(await settled(a.users.isOnline("ada"))).toBe(true);
    await pass(60_000);
    engine.start();
    await pass(2_000);
    expect(await settled(a.users.send("ada", Note, { n: 1 }))).toMatchObject({ ok: true, connections: 2, missing: [] });
  });

  it("takes an answer that comes late for one", async () => {
    const { pass, nodes } = world({ takes: (command) => (command === "delivery" ? 300 : 0) });
    const [a, b] = await nodes(2);
    b?.connect({ userId: "ada" });
    await pass(1_000);
    const asked = a.users.connections("ada");
    await pass(600);
    expect(await settled(asked)).toMatchObject({ connections: 1, nodes: 1, missing: [] });
  });

  it("carries frames of a codec that makes bytes, and skips for who is behind", async () => {
    const { pass, node } = world();
    const [a, b] = [node({ codec: turned }), node({ codec: turned })];
    await pass(1_500);
    const peer = b.connect({ userId: "ada" }, new ByteSocket());
    expect(await settled(a.users.send("ada", Note, { n: 7 }))).toMatchObject({ ok: true, connections: 1 });
    expect(peer.socket.take()).toMatchObject([{ type: "NOTE", payload: { n: 7 } }]);
    expect([a.logger.lines, b.logger.lines]).toEqual([[], []]);
  });

  it("are sent nothing by a node whose codec is another one, which is said", async () => {
    const { pass, node } = world();
    const [a, b] = [node(), node({ codec: turned })];
    await pass(1_500);
    const peer = b.connect({ userId: "ada" }, new ByteSocket());
    expect(await settled(a.users.send("ada", Note, { n: 7 }))).toMatchObject({ ok: true, connections: 0 });
    expect(peer.socket.take()).toEqual([]);
    expect(b.logger.lines.join()).toContain("a frame of text from a node whose codec is not turned");
    expect(await settled(a.users.connections("ada"))).toMatchObject({ connections: 1 });
  });

  it("cost nothing without identify: no topic, no frame, no timer", async () => {
    const { pass, engine, node } = world();
    const { router } = node({ identify: undefined });
    await pass(10_000);
    expect([engine.calls, router.cluster?.counters.published]).toEqual([[], 0]);
  });
});

describe("a letter", () => {
  const letter = { t: "beat", node: "a" } as const;

  it("is read as it was written, with its frame", () => {
    expect(readLetter(writeLetter(letter, "a\nb", false))).toEqual({ letter, frame: "a\nb" });
    const frame = new Uint8Array([10, 0, 255]);
    expect(readLetter(writeLetter(letter, frame, true))).toEqual({ letter, frame });
  });

  it.each(["", "\n", "{}\n", "null\n", '{"node":7}\n', "nothing", new Uint8Array([10]), new Uint8Array(0)])(
    "is not %j",
    (packet) => {
      expect(readLetter(packet)).toBeUndefined();
    },
  );
});
