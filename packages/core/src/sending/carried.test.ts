import { describe, expect, it } from "vitest";
import { bench, errorOf, memoryLogger, settle } from "../../test/harness.ts";
import { message, rpc } from "../message/standard.ts";
import { ValidationError } from "../message/errors.ts";
import type { Codec } from "../protocol/codec.ts";
import { createRouter } from "../router/create-router.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";

/** Lets anything through, now or later. */
function any(later = false): StandardSchema {
  const validate = (value: unknown) => (later ? Promise.resolve({ value }) : { value });
  return { "~standard": { version: 1, vendor: "test", validate } };
}

const Row = message("ROW", any(), { meta: any() });
const Bare = message("BARE");
const Late = message("LATE", any(true));
const Go = message("GO");
const Ask = rpc("ASK", any(), "ANSWER", any(), { progress: any(), errors: { NOT_FOUND: any() } });
const BAD = { rows: [{ price: Infinity }] };

function rig(options: { codec?: Codec; validateOutgoing?: boolean } = {}) {
  const errors: Error[] = [];
  const router = createRouter({ logger: memoryLogger(), ...options }).onError((error) => void errors.push(error));
  router.onOpen((ctx) => void ctx.topics.subscribe("room"));
  const { connect } = bench(router);
  const peer = connect();
  const { socket } = peer;
  const receive = (type: string) => peer.message(type);
  const ask = (payload: unknown = {}) => peer.message("ASK", payload, { correlationId: "1" });
  return { router, errors, socket, receive, ask };
}

function misfit(error: Error | undefined): object {
  expect(error).toBeInstanceOf(ValidationError);
  const { type, direction, issues, message: text } = error as ValidationError;
  return { type, direction, issues, text };
}

const issue = (path: (string | number)[], told = "JSON cannot carry Infinity") => ({ path, message: told });

describe("what JSON cannot carry", () => {
  it("is not sent, and onError is told where it is", () => {
    const { router, errors, socket, receive } = rig();
    const said: unknown[] = [];
    router.on(Go, (ctx) => said.push(ctx.send(Row, BAD), ctx.send(Row, { ok: 1 })));
    receive("GO");
    expect(said).toEqual([false, true]);
    expect(socket.take()).toEqual([{ type: "ROW", meta: {}, payload: { ok: 1 } }]);
    expect(errors.map(misfit)).toEqual([
      {
        type: "ROW",
        direction: "out",
        issues: [issue(["rows", 0, "price"])],
        text: 'Invalid payload of "ROW" at rows.0.price: JSON cannot carry Infinity',
      },
    ]);
  });

  it.each<[string, (router: ReturnType<typeof rig>["router"]) => unknown]>([
    ["connections.send", (router) => router.connections.send("client-1", Row, BAD)],
    ["meta that is declared", (router) => router.connections.send("client-1", Row, {}, { meta: { at: new Map() } })],
    ["meta that is not", (router) => router.connections.send("client-1", Bare, undefined, { meta: { f: () => 1 } })],
    ["meta of a plain message", (router) => router.connections.send("client-1", Go, undefined, { meta: { n: NaN } })],
  ])("is refused in %s", (_, send) => {
    const { router, errors, socket } = rig();
    expect(send(router)).toBe(false);
    expect(socket.take()).toEqual([]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(ValidationError);
  });

  it("is not published", async () => {
    const { router, errors, socket } = rig();
    const results = await Promise.all([router.publish("room", Row, BAD), router.publish("room", Late, [undefined])]);
    expect(results.map(({ ok }) => ok)).toEqual([false, false]);
    expect(socket.take()).toEqual([]);
    expect(errors.map((error) => (error as ValidationError).issues)).toEqual([
      [issue(["rows", 0, "price"])],
      [issue([0], "JSON cannot carry Undefined")],
    ]);
  });

  it("is not sent where its schema has to be waited for", async () => {
    const { router, errors, socket } = rig();
    router.connections.send("client-1", Late, BAD);
    await settle();
    expect(socket.take()).toEqual([]);
    expect(errors.map((error) => (error as ValidationError).issues)).toEqual([[issue(["rows", 0, "price"])]]);
  });

  it.each(["returned", "replied"] as const)("fails a request that %s it", (how) => {
    const { router, errors, socket, ask } = rig();
    router.rpc(Ask, (ctx) => (how === "returned" ? BAD : ctx.reply(BAD)));
    ask();
    expect(errorOf(socket.take()[0])).toMatchObject({
      code: "INTERNAL",
      message: "The response did not fit its schema",
    });
    expect(errors.map((error) => (error as ValidationError).issues)).toEqual([[issue(["rows", 0, "price"])]]);
  });

  it("is not reported as progress", () => {
    const { router, errors, socket, ask } = rig();
    const said: unknown[] = [];
    router.rpc(Ask, (ctx) => {
      said.push(ctx.progress(BAD), ctx.progress({ done: 1 }));
      return 1;
    });
    ask();
    expect(said).toEqual([false, true]);
    expect(socket.take().map(({ type }) => type)).toEqual(["$ws:progress", "ANSWER"]);
    expect(errors).toHaveLength(1);
  });

  it.each(["NOT_FOUND", "ABORTED"] as const)("stays here where it is a detail of %s", (code) => {
    const { router, errors, socket, ask } = rig();
    router.rpc(Ask, (ctx) => ctx.error(code, "no", BAD, { retryAfterMs: Infinity }));
    ask();
    const { payload } = socket.take()[0] as { payload: object };
    expect(payload).toEqual({ code, message: "no", retryable: code === "ABORTED" });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain("rows.0.price: JSON cannot carry Infinity");
  });

  it("holds itself: that is said, and what else is in it does not matter", () => {
    const { router, errors } = rig();
    const loop: Record<string, unknown> = { a: 1 };
    Object.assign(loop, { x: loop, y: loop });
    expect(router.connections.send("client-1", Row, loop)).toBe(false);
    expect(errors[0]?.message).toMatch(/circular|cyclic/i);
  });

  it("is another codec's to carry", () => {
    const codec: Codec = {
      encode: (frame) => JSON.stringify(frame, (_, value: unknown) => (value === Infinity ? "∞" : value)),
      decode: (frame) => JSON.parse(String(frame)) as unknown,
    };
    const { router, socket } = rig({ codec });
    expect(router.connections.send("client-1", Row, BAD)).toBe(true);
    expect(socket.take()[0]?.["payload"]).toEqual({ rows: [{ price: "∞" }] });
  });

  it("is not looked for where nothing outgoing is checked", () => {
    const { router } = rig({ validateOutgoing: false });
    expect(router.connections.send("client-1", Row, BAD)).toBe(true);
  });
});
