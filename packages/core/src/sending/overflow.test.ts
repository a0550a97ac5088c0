import { describe, expect, it } from "vitest";
import { fields } from "../../test/harness.ts";
import { slowBench, type SlowPeer } from "../../test/slow.ts";
import { message, rpc } from "../message/standard.ts";

const schema = fields({ id: "string", x: "number" });
const Frame = message("FRAME", schema, { overflow: "drop" });
const Moved = message("MOVED", schema, { overflow: "conflate", by: ({ id }) => id });
const Said = message("SAID", schema);

const got = ({ socket }: SlowPeer) =>
  socket.take().map(({ type, payload }) => {
    const { id, x } = payload as { id: string; x: number };
    return `${type as string} ${id}${x}`;
  });

describe.each([
  ["with topics of the runtime", true],
  ["without", false],
])("messages that may be skipped, %s", (_, native) => {
  it("are left out for who is behind, and reach the others", async () => {
    const { connect, router } = slowBench({}, native);
    const [slow, quick] = [connect(), connect()];
    await router.publish("room", Said, { id: "a", x: 0 });
    for (let x = 1; x < 4; x++) {
      quick.socket.read(Infinity);
      expect(await router.publish("room", Frame, { id: "a", x })).toEqual({ ok: true, matched: 1, remote: "none" });
    }
    expect(router.connections.send("client-1", Frame, { id: "a", x: 9 })).toBe(false);
    slow.socket.read(Infinity);
    expect(router.connections.send("client-1", Frame, { id: "a", x: 4 })).toBe(true);
    await Promise.resolve();
    expect(got(slow)).toEqual(["SAID a0", "FRAME a4"]);
    expect(got(quick)).toEqual(["SAID a0", "FRAME a1", "FRAME a2", "FRAME a3"]);
  });

  it("are kept, the last of each key and topic, until everything is read", async () => {
    const { connect, router } = slowBench({}, native);
    const slow = connect();
    await router.publish("room", Said, { id: "a", x: 0 });
    for (let x = 1; x < 5; x++) {
      await router.publish("room", Moved, { id: "a", x });
      await router.publish("room", Moved, { id: "b", x });
      router.connections.send("client-1", Moved, { id: "a", x: x * 10 });
    }
    await router.publish("room", Said, { id: "a", x: 1 });
    expect(got(slow)).toEqual(["SAID a0", "SAID a1"]);
    slow.socket.read(Infinity);
    expect(got(slow)).toEqual(["MOVED a4"]);
    slow.socket.read(Infinity);
    expect(got(slow)).toEqual(["MOVED b4"]);
    slow.socket.read(Infinity);
    expect(got(slow)).toEqual(["MOVED a40"]);
    slow.socket.read(Infinity);
    await router.publish("room", Moved, { id: "a", x: 5 });
    expect(got(slow)).toEqual(["MOVED a5"]);
  });

  it("let a slow peer be behind and not gone", async () => {
    const { connect, clock, router, closed } = slowBench({ maxBufferedBytes: 2_000 }, native);
    const slow = connect();
    for (let x = 0; x < 1_000; x++) {
      await router.publish("room", Moved, { id: `${x % 5}`, x });
      await router.publish("room", Frame, { id: "f", x });
      if (x % 20 === 0) await clock.advance(1_000);
      if (x % 50 === 0) slow.socket.read(100);
    }
    expect(closed).toEqual([]);
    expect(slow.socket.buffered).toBeLessThan(400);
  });

  it("hold no more than maxBufferedBytes of ever new keys", async () => {
    const { connect, router, hub } = slowBench({ maxBufferedBytes: 2_000 }, native);
    const { conn } = connect();
    await router.publish("room", Said, { id: "a", x: 0 });
    for (let x = 0; x < 1_000; x++) await router.publish("room", Moved, { id: `key${x}`, x });
    const held = [...(hub.congested.get(conn)?.held?.values() ?? [])];
    expect(held.join("").length).toBeLessThanOrEqual(2_000);
    expect(held.at(-1)).toContain("key999");
  });
});

describe("what is no way to overflow", () => {
  it.each<object>([
    { overflow: "keep" },
    { overflow: "conflate" },
    { overflow: "conflate", by: "id" },
    { overflow: "drop", by: () => "" },
    { by: () => "" },
  ])("is a TypeError: %s", (options) => {
    expect(() => message("M", schema, options as never)).toThrow(TypeError);
  });

  it("nor has an rpc one", () => {
    expect(() => rpc("R", schema, "S", schema, { overflow: "drop" } as never)).toThrow(TypeError);
  });

  it("and by gets the payload's type", () => {
    // @ts-expect-error -- there is no such key
    message("M", schema, { overflow: "conflate", by: ({ nothing }) => nothing });
    // @ts-expect-error -- a key is a string
    message("M", schema, { overflow: "conflate", by: ({ x }) => x });
    // @ts-expect-error -- conflating needs a key
    expect(() => message("M", schema, { overflow: "conflate" })).toThrow(TypeError);
  });
});
