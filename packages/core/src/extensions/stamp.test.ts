import { describe, expect, it } from "vitest";
import { Ask, bench, gate, Note, settle, Told } from "../../test/harness.ts";
import type { ExtensionConnection } from "../api/extension-connection.ts";
import type { Extension, ExtensionListener, Hooks } from "../api/extensions.ts";
import { createRouter } from "../router/create-router.ts";
import { witness, having } from "../../test/witness.ts";

describe("a stamp", () => {
  it("is asked where its `when` says so, by what leaves", async () => {
    const kinds: string[] = [];
    const stamp = (name: string, when?: (kind: string) => boolean): Extension =>
      having({ stamp: Object.assign(() => ({ [name]: true }), { when }) }, name);
    const router = createRouter()
      .extend(stamp("replies", (kind) => (kinds.push(kind), kind === "reply")))
      .extend(stamp("never", () => false))
      .on(Note, (ctx) => void ctx.send(Told, { n: 1 }))
      .rpc(Ask, (ctx) => ctx.reply({ n: 1 }));
    const peer = bench(router).connect();
    peer.message("NOTE", { n: 1 });
    peer.message("ASK", { n: 1 }, { correlationId: "a" });
    await settle();
    expect(peer.socket.take().map(({ meta }) => meta)).toEqual([undefined, { replies: true, correlationId: "a" }]);
    expect(new Set(kinds)).toEqual(new Set(["message", "reply"]));
  });

  it("adds meta to what is sent, answered and published, and the application's wins", async () => {
    const seen: unknown[] = [];
    const stamp: Hooks["stamp"] = (connection, { type, topic, correlationId, meta }) => {
      seen.push([connection?.clientId, type, topic, correlationId, meta]);
      return { trace: "stamped", correlationId: "forged" };
    };
    const router = createRouter()
      .extend(having({ stamp }))
      .onOpen((ctx) => void ctx.topics.subscribe("room"))
      .on(Note, (ctx) => {
        ctx.send(Told, { n: 1 });
        ctx.send(Told, { n: 2 }, { meta: { trace: "own" } });
        void ctx.publish("room", Told, { n: 3 });
      })
      .rpc(Ask, ({ payload }) => payload);
    const peer = bench(router).connect();
    peer.message("NOTE", { n: 1 });
    peer.message("ASK", { n: 4 }, { correlationId: "a" });
    await router.publish("room", Told, { n: 5 });
    expect(peer.socket.take().map(({ meta }) => meta)).toEqual([
      { trace: "stamped" },
      { trace: "own" },
      { trace: "stamped" },
      { trace: "stamped", correlationId: "a" },
      { trace: "stamped" },
    ]);
    expect(seen).toEqual([
      ["client-1", "TOLD", undefined, undefined, undefined],
      ["client-1", "TOLD", undefined, undefined, { trace: "own" }],
      ["client-1", "TOLD", "room", undefined, undefined],
      ["client-1", "ANSWER", undefined, "a", undefined],
      [undefined, "TOLD", "room", undefined, undefined],
    ]);
  });
});

describe("a control type", () => {
  it("is its extension's in both directions", () => {
    const got: unknown[] = [];
    let listener!: ExtensionListener;
    const { extension: observer, of } = witness();
    const presence: Extension = {
      name: "presence",
      control: "$ws:presence",
      setup(of_) {
        listener = of_;
        return { control: ({ clientId }, frame) => void got.push([clientId, frame]) };
      },
    };
    const held = gate();
    const router = createRouter()
      .extend(presence)
      .extend(observer)
      .onOpen((ctx) => void ctx.topics.subscribe("room"))
      .on(Note, () => held.opened);
    const { connect } = bench(router);
    const peer = connect();
    const other = connect();
    peer.message("NOTE", { n: 1 });
    peer.message("$ws:presence", { typing: true });
    expect(got).toEqual([["client-1", { type: "$ws:presence", payload: { typing: true } }]]);
    const [connection] = listener.connections;
    expect(listener.sendControl(connection as ExtensionConnection, { here: 2 })).toBe(true);
    expect(listener.publishControl("room", { left: "x" })).toBe(2);
    const [here, left] = [
      { type: "$ws:presence", payload: { here: 2 } },
      { type: "$ws:presence", payload: { left: "x" } },
    ];
    expect([peer.socket.take(), other.socket.take()]).toEqual([[here, left], [left]]);
    expect(of("sent")).toMatchObject([{ type: "$ws:presence", kind: "control" }]);
    expect(of("published")).toMatchObject([{ type: "$ws:presence", matched: 2 }]);
  });

  it.each(["$ws:ping", "$ws:abort", "presence", "$ws:"])("is not %s", (control) => {
    expect(() => createRouter().extend(having({}, "x", { control: control as `$ws:${string}` }))).toThrow(TypeError);
  });
});
