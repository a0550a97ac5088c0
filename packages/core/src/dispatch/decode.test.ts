import { describe, expect, it } from "vitest";
import { bench, errorOf, FakeSocket, memoryLogger, Note, Told } from "../../test/harness.ts";
import { message } from "../message/standard.ts";
import { type StandardSchema } from "../schema/standard-schema.ts";
import { createRouter } from "../router/create-router.ts";

const anything: StandardSchema = {
  "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) },
};
const Any = message("ANY", anything);

function rig(limits = {}) {
  const seen: unknown[] = [];
  const router = createRouter({ logger: memoryLogger(), limits })
    .on(Any, (ctx) => void seen.push(ctx.payload))
    .on(Note, (ctx) => void ctx.send(Told, ctx.payload as { n: number }));
  return { seen, ...bench(router) };
}

describe("a frame that breaks the protocol", () => {
  it.each([
    ["bad JSON", "{", "INVALID_ARGUMENT", "JSON"],
    ["an array", "[]", "INVALID_ARGUMENT", "type"],
    ["null", "null", "INVALID_ARGUMENT", "type"],
    ["no type", "{}", "INVALID_ARGUMENT", "type"],
    ["an empty type", '{"type":""}', "INVALID_ARGUMENT", "type"],
    ["meta that is no object", '{"type":"ANY","meta":[]}', "INVALID_ARGUMENT", "meta"],
    ["a reserved type", '{"type":"$ws:progress"}', "INVALID_ARGUMENT", "reserved"],
    ["an ERROR from a client", '{"type":"ERROR"}', "INVALID_ARGUMENT", "server"],
  ])("as %s is answered, and the connection lives", (_, frame, code, named) => {
    const peer = rig().connect();
    peer.receive(frame);
    const error = errorOf(peer.socket.take()[0]);
    expect(error.code).toBe(code);
    expect(error.message).toContain(named);
    peer.message("NOTE", { n: 1 });
    expect(peer.socket.take()).toMatchObject([{ type: "TOLD" }]);
  });

  it.each([
    ["too large", { text: "x".repeat(70_000) }, "RESOURCE_EXHAUSTED"],
    ["too deep", JSON.parse(`${"[".repeat(2_000)}${"]".repeat(2_000)}`) as unknown, "INVALID_ARGUMENT"],
    ["too deep, and short", JSON.parse(`${"[".repeat(200)}${"]".repeat(200)}`) as unknown, "INVALID_ARGUMENT"],
  ])("and is a request settles it where it is %s", (_, payload, code) => {
    const peer = rig().connect();
    peer.receive({ type: "ANY", meta: { correlationId: "c1" }, payload });
    const [frame] = peer.socket.take();
    expect(frame).toMatchObject({ type: "ERROR", meta: { correlationId: "c1", inReplyTo: "ANY" } });
    expect(errorOf(frame)).toMatchObject({ code, retryable: false });
    peer.receive(JSON.stringify({ type: "ANY", meta: { correlationId: "c".repeat(65) }, payload }));
    expect(peer.socket.take()[0]).not.toHaveProperty("meta.correlationId");
  });

  it("closes with 1008 at the eleventh within a minute, and starts to count anew after it", async () => {
    const { connect, clock } = rig();
    const peer = connect();
    for (let i = 0; i < 10; i++) peer.receive("{");
    await clock.advance(60_000);
    for (let i = 0; i < 10; i++) peer.receive("{");
    expect(peer.socket.ended).toBeUndefined();
    peer.receive("{");
    expect(peer.socket.ended?.code).toBe(1008);
  });

  it("is not what a failed validation or an unknown type is", () => {
    const peer = rig().connect();
    for (let i = 0; i < 30; i++) {
      peer.message("NOTE", { n: "x" });
      peer.message("UNKNOWN");
    }
    expect(peer.socket.ended).toBeUndefined();
  });

  it("closes with 1003 when it is binary", () => {
    const { connect, hub } = rig();
    const peer = connect();
    hub.receive(peer.conn, new Uint8Array(3));
    expect(peer.socket.ended?.code).toBe(1003);
  });
});

describe("limits", () => {
  it("takes a frame of maxMessageBytes and refuses one byte more, counted as UTF-8", () => {
    for (const char of ["a", "€"]) {
      const frame = JSON.stringify({ type: "ANY", payload: char.repeat(100) });
      const bytes = new TextEncoder().encode(frame).length;
      const at = rig({ maxMessageBytes: bytes });
      at.connect().receive(frame);
      expect(at.seen).toHaveLength(1);
      const over = rig({ maxMessageBytes: bytes - 1 });
      const peer = over.connect();
      peer.receive(frame);
      expect(over.seen).toHaveLength(0);
      expect(errorOf(peer.socket.take()[0])).toMatchObject({
        code: "RESOURCE_EXHAUSTED",
        message: expect.stringContaining(`${bytes} bytes is over limits.maxMessageBytes, ${bytes - 1}`),
      });
    }
  });

  it.each([0, 5_000])("takes maxDepth and refuses one more, with %i characters beside", (padding) => {
    const { connect, seen } = rig();
    const peer = connect();
    // The frame's own object is the first level.
    const frame = (depth: number) =>
      `{"type":"ANY","pad":"${"x".repeat(padding)}","payload":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
    peer.receive(frame(32));
    expect(seen).toHaveLength(1);
    peer.receive(frame(33));
    expect(seen).toHaveLength(1);
    expect(errorOf(peer.socket.take()[0])).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("maxDepth"),
    });
  });

  it("refuses 30,000 levels without running out of stack", () => {
    const peer = rig().connect();
    peer.receive(`{"type":"ANY","payload":${"[".repeat(30_000)}`);
    expect(errorOf(peer.socket.take()[0]).message).toContain("maxDepth");
  });
});

describe("control frames", () => {
  it("are answered while a handler runs", () => {
    const router = createRouter().on(Note, () => new Promise<never>(() => {}));
    const peer = bench(router).connect();
    peer.message("NOTE", { n: 1 });
    peer.receive('{"type":"$ws:ping"}');
    expect(peer.socket.frames).toEqual(['{"type":"$ws:pong"}']);
  });
});

describe("what the server owns", () => {
  it("is not believed when a client sends it", () => {
    const metas: object[] = [];
    const router = createRouter().on(Note, (ctx) => void metas.push(ctx.meta));
    bench(router).connect().message("NOTE", { n: 1 }, { clientId: "me", receivedAt: 1, timestamp: 5, mine: true });
    expect(metas).toEqual([{ timestamp: 5, mine: true }]);
  });

  it("cannot be sent by an application either", () => {
    const peer = bench(
      createRouter().onOpen(
        (ctx) => void ctx.send(Told, { n: 1 }, { meta: { clientId: "x", correlationId: "y", mine: 1 } }),
      ),
    ).connect();
    expect(peer.socket.take()).toEqual([{ type: "TOLD", meta: { mine: 1 }, payload: { n: 1 } }]);
  });
});

describe("outgoing", () => {
  it("never throws: a payload that does not fit is false, and onError hears of it", () => {
    const errors: Error[] = [];
    const router = createRouter().onError((error) => void errors.push(error));
    const peer = bench(router.onOpen((ctx) => expect(ctx.send(Told, { n: "x" })).toBe(false) as never)).connect();
    expect(peer.socket.frames).toEqual([]);
    expect(errors[0]).toMatchObject({
      name: "ValidationError",
      type: "TOLD",
      direction: "out",
      issues: [{ path: ["n"] }],
    });
  });

  it("is not checked with validateOutgoing: false", () => {
    const router = createRouter({ validateOutgoing: false }).onOpen((ctx) => void ctx.send(Told, { n: "x" }));
    expect(bench(router).connect().socket.take()).toMatchObject([{ payload: { n: "x" } }]);
  });

  it("closes a peer with 1013 that leaves over maxBufferedBytes unread, checked before a send", () => {
    const logger = memoryLogger();
    const router = createRouter({ logger, limits: { maxBufferedBytes: 100 } }).on(
      Note,
      (ctx) => void ctx.send(Told, { n: 1 }),
    );
    const socket = new FakeSocket();
    const peer = bench(router).connect({}, socket);
    socket.buffered = 100;
    peer.message("NOTE", { n: 1 });
    peer.message("NOTE", { n: 1 });
    expect(socket.ended).toBeUndefined();
    socket.buffered = 101;
    peer.message("NOTE", { n: 1 });
    expect(socket.ended?.code).toBe(1013);
    expect(socket.take()).toHaveLength(2);
    expect(logger.lines.join()).toContain("maxBufferedBytes");
  });

  it("keeps its order where validation is asynchronous", async () => {
    const Slow = message("SLOW", {
      "~standard": { version: 1, vendor: "test", validate: async (value: unknown) => ({ value }) },
    } satisfies StandardSchema);
    const router = createRouter().onOpen((ctx) => {
      ctx.send(Slow, 1);
      ctx.send(Told, { n: 2 });
    });
    const peer = bench(router).connect();
    await new Promise((resolve) => setTimeout(resolve));
    expect(peer.socket.take().map(({ type }) => type)).toEqual(["SLOW", "TOLD"]);
  });

  it("reports what cannot be encoded", () => {
    const errors: Error[] = [];
    const router = createRouter().onError((error) => void errors.push(error));
    router.onOpen((ctx) => {
      expect(ctx.send(Any, 1n)).toBe(false);
      ctx.error("ABORTED", "with details that JSON has no form for", { big: 1n });
    });
    const peer = bench(router).connect();
    expect(errorOf(peer.socket.take()[0])).toMatchObject({ code: "ABORTED" });
    expect(errors).toHaveLength(2);
  });
});
