import { describe, expect, it } from "vitest";
import { Ask, bench, memoryLogger, Note, settle, Told } from "../../test/harness.ts";
import type { Extension, Hooks } from "../api/extensions.ts";
import { defineSlot } from "../state/slots.ts";
import { message, rpc } from "../message/standard.ts";
import { createRouter } from "../router/create-router.ts";
import { type Router } from "../router/router.ts";
import { EVENTS, having } from "../../test/witness.ts";

describe("extend()", () => {
  it("takes neither a name nor a control type twice, also where routers are merged", () => {
    const [a, b] = [having({}, "same"), having({}, "same")];
    expect(() => createRouter().extend(a).extend(b)).toThrow(/Two extensions are called "same"/);
    const [c, d] = ["c", "d"].map((name) => having({}, name, { control: "$ws:x" })) as [Extension, Extension];
    expect(() => createRouter().extend(c).extend(d)).toThrow(/Two extensions have the control type "\$ws:x"/);
    const outer = createRouter().extend(a);
    expect(() => outer.merge(createRouter().extend(b))).toThrow(/Two extensions are called/);
    const inner = createRouter();
    outer.mount("in.", inner);
    expect(() => inner.extend(b)).toThrow(/Two extensions are called/);
    outer.extend(c);
    inner.extend(a);
  });

  it("counts those of merged, mounted and guarded routers, each once", () => {
    const setUps: string[] = [];
    const named = (name: string): Extension => ({ name, setup: () => (setUps.push(name), {}) });
    const shared = named("shared");
    const outer = createRouter().extend(named("outer")).extend(shared).extend(shared);
    outer.merge(createRouter().extend(named("merged")).extend(shared));
    outer.mount("m.", createRouter().extend(named("mounted")));
    outer.guard(() => true).extend(named("guarded"));
    bench(outer);
    expect(setUps).toEqual(["outer", "shared", "merged", "mounted", "guarded"]);
    bench(outer);
    expect(setUps.length).toBe(10);
  });

  it("comes before the first listener", async () => {
    const router = createRouter();
    const { hub } = bench(router);
    expect(() => router.extend(having({}))).toThrow(/comes too late/);
    expect(() => router.merge(createRouter().extend(having({})))).toThrow(/comes too late/);
    await hub.dispose();
    router.extend(having({}));
    bench(router, { apart: true });
    expect(() => router.extend(having({}, "other"))).toThrow(/comes too late/);
  });

  it("refuses what is no extension, and a hook that is no function, when the listener is made", () => {
    expect(() => createRouter().extend({ name: "" } as never)).toThrow(TypeError);
    expect(() => createRouter().extend({ name: "x" } as never)).toThrow(/setup/);
    expect(() => bench(createRouter().extend(having({ settled: 1 } as never)))).toThrow(/no function/);
    expect(() => bench(createRouter().extend(having({ control: () => {} })))).toThrow(/no control type/);
  });

  it("lets go when its listener ends", async () => {
    let disposed = 0;
    const { hub } = bench(createRouter().extend(having({ disposed: () => void disposed++ })));
    await hub.dispose();
    expect(disposed).toBe(1);
  });
});

it("a hook that fails is logged once and takes nothing down", async () => {
  const logger = memoryLogger();
  const names = [...EVENTS, "gate", "stamp", "control"] as const;
  const hooks = Object.fromEntries(
    names.map((name, at) => [
      name,
      () => {
        if (at % 2 === 0) throw new Error(name);
        return Promise.reject(new Error(name));
      },
    ]),
  ) as Hooks;
  const router = createRouter({ logger })
    .extend(having(hooks, "broken", { control: "$ws:broken" }))
    .onOpen((ctx) => void ctx.topics.subscribe("room"))
    .on(Note, (ctx) => {
      ctx.send(Told, { n: 1 });
      void ctx.publish("room", Told, { n: 2 });
      ctx.send(Told, { n: "x" });
      void ctx.request(rpc.fromServer("NOW", undefined, "NEVER"), undefined, { timeoutMs: 0 });
    });
  const peer = bench(router).connect();
  for (const n of [1, 2]) {
    peer.message("NOTE", { n });
    peer.message("$ws:broken");
    peer.message("NOBODY");
  }
  await settle();
  expect(peer.socket.take().filter(({ type }) => type === "TOLD").length).toBe(4);
  peer.socket.close();
  await settle();
  const lines = logger.lines.filter((line) => line.includes('extension "broken"'));
  const reported = lines.map((line) => /The (\w+) hook/.exec(line)?.[1] ?? line);
  expect(new Set(reported)).toEqual(new Set(names));
  expect(reported.length).toBe(names.length);
});

describe("a slot", () => {
  it("is made when first asked for, and is reached by every face of a connection", () => {
    let made = 0;
    const slot = defineSlot((connection) => ({ of: connection.clientId, count: ++made }));
    const other = defineSlot<string>();
    const seen: unknown[] = [];
    const router: Router = createRouter().on(Note, (ctx) => void seen.push(slot.of(ctx), other.of(ctx)));
    const { connect } = bench(router);
    const peer = connect();
    expect([peer.conn.slots, slot.peek(peer.conn)]).toEqual([undefined, undefined]);
    peer.message("NOTE", { n: 1 });
    const handle = router.connections.get("client-1");
    if (handle === undefined) throw new Error("no connection");
    other.set(handle, "kept");
    expect(seen).toEqual([{ of: "client-1", count: 1 }, undefined]);
    expect([slot.of(handle), slot.of(peer.conn), other.of(peer.conn)]).toEqual([seen[0], seen[0], "kept"]);
    expect(slot.of(connect().conn)).toEqual({ of: "client-2", count: 2 });
  });

  it("is of connections only", () => {
    expect(() => defineSlot().of({ clientId: "x" })).toThrow(TypeError);
  });
});

it("router.messages() lists what is handled, as it travels", () => {
  const Hidden = message("NOTE");
  const router = createRouter({ logger: memoryLogger() })
    .on(Note, () => {})
    .merge(createRouter().on(Hidden, () => {}))
    .mount(
      "a.",
      createRouter().mount(
        "b.",
        createRouter().rpc(Ask, ({ payload }) => payload),
      ),
    );
  expect(router.messages()).toEqual([
    { type: "NOTE", kind: "on", definition: Note },
    { type: "a.b.ASK", kind: "rpc", definition: Ask },
  ]);
});
