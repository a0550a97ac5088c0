import { ConnectionClosedError, isServerError, ServerError, StateError, TimeoutError } from "@ws-kit/client";
import { createRouter, isRequestError, message, rpc, ValidationError, WsKitError, z, type Codec } from "@ws-kit/zod";
import { expect, expectTypeOf, test } from "vitest";
import { createTestServer, RefusedError, type TestClient, VirtualClock } from "./index.ts";

const Join = message("JOIN", { room: z.string() });
const Say = message("SAY", { room: z.string(), text: z.string() });
const Said = message("SAID", { text: z.string(), at: z.string().transform((text) => new Date(text)) });
const Sum = rpc("SUM", { of: z.array(z.number()) }, "TOTAL", { total: z.number() }, { progress: { done: z.number() } });
const Plain = message("PLAIN", { n: z.number() });
const Doubled = message("DOUBLED", { n: z.number() });
const Slow = rpc("SLOW", undefined, "NEVER", {});
const Fail = message("FAIL");

interface Data {
  user: string;
}

function chat() {
  const router = createRouter<Data>({
    heartbeat: { intervalMs: 30_000, timeoutMs: 5_000 },
    limits: { requestTimeoutMs: 2_000 },
  });
  router.on(Join, (ctx) => ctx.topics.subscribe(ctx.payload.room));
  router.on(Say, async (ctx) => {
    await Promise.resolve();
    void ctx.publish(ctx.payload.room, Said, { text: ctx.payload.text, at: "2026-01-01T00:00:00Z" });
  });
  router.rpc(Sum, (ctx) => {
    let total = 0;
    for (const [index, n] of ctx.payload.of.entries()) {
      total += n;
      ctx.progress({ done: index + 1 });
    }
    if (total < 0) throw new WsKitError("OUT_OF_RANGE", "Below zero", { total });
    return { total };
  });
  router.rpc(Plain, (ctx) => ctx.reply(Doubled, { n: ctx.payload.n * 2 }));
  router.rpc(Slow, () => new Promise(() => {}));
  router.on(Fail, () => {
    throw new Error("a bug");
  });
  return router;
}

test("what one sends the others receive, typed and validated", async () => {
  const server = createTestServer(chat());
  const [ada, bob] = [await server.connect({ data: { user: "ada" } }), await server.connect({ data: { user: "bob" } })];
  ada.send(Join, { room: "r" });
  bob.send(Join, { room: "r" });
  await server.settle();
  ada.send(Say, { room: "r", text: "hi" });
  const { payload } = await bob.expect(Said);
  expectTypeOf(payload).toEqualTypeOf<{ text: string; at: Date }>();
  expect(payload).toEqual({ text: "hi", at: new Date("2026-01-01T00:00:00Z") });
  await ada.expect(Said);
  await expect(ada.silent()).resolves.toBeUndefined();
});

test("a request resolves with its response, or throws the server's error", async () => {
  const client = await createTestServer(chat()).connect({ data: { user: "ada" } });
  const done: number[] = [];
  const answer = await client.request(Sum, { of: [1, 2] }, { onProgress: (progress) => done.push(progress.done) });
  expectTypeOf(answer.payload).toEqualTypeOf<{ total: number }>();
  expect(answer).toMatchObject({ type: "TOTAL", payload: { total: 3 } });
  expect(done).toEqual([1, 2]);
  // @ts-expect-error -- this one declares no progress
  expect((await client.request(Plain, { n: 4 }, Doubled, { onProgress: () => {} })).payload).toEqual({ n: 8 });
  const failed = client.request(Sum, { of: [-1] });
  await expect(failed).rejects.toMatchObject({ code: "OUT_OF_RANGE", message: "Below zero", context: { total: -1 } });
  await expect(failed).rejects.toBeInstanceOf(ServerError);
  await expect(client.silent()).resolves.toBeUndefined();
});

test("time passes when the test says so: deadlines", async () => {
  const server = createTestServer(chat());
  const client = await server.connect({ data: { user: "ada" } });
  const outcome = client.request(Slow, undefined).catch((error: unknown) => error);
  await server.clock.advance(1_999);
  expect(client.received).toEqual([]);
  await server.clock.advance(1);
  expect(await outcome).toBeInstanceOf(TimeoutError);
  expect(await outcome).toMatchObject({ timeoutMs: 30_000 });
  const shorter = client.request(Slow, undefined, { timeoutMs: 500 }).catch((error: unknown) => error);
  await server.clock.advance(500);
  expect(await shorter).toMatchObject({ name: "TimeoutError", timeoutMs: 500 });
});

test("a request rejects as the real client's does", async () => {
  const server = createTestServer(chat());
  const client = await server.connect({ data: { user: "ada" } });
  await expect(client.request(Plain, { n: 4 }, Said)).rejects.toBeInstanceOf(StateError);
  await expect((client.request as (message: unknown, payload: unknown) => Promise<unknown>)(Plain, {})).rejects.toThrow(
    "PLAIN needs a response",
  );
  const lost = client.request(Slow);
  client.vanish();
  await expect(lost).rejects.toMatchObject({ name: "ConnectionClosedError", mayHaveExecuted: true });
  await expect(client.request(Slow)).rejects.toBeInstanceOf(ConnectionClosedError);
});

test("declared details arrive as their schema makes them", async () => {
  const At = rpc("AT", undefined, "THERE", undefined, {
    errors: { NOT_FOUND: { since: z.string().transform((text) => new Date(text)) } },
  });
  const router = createRouter();
  router.rpc(At, (ctx) => ctx.error("NOT_FOUND", "Gone", { since: "2026-01-01T00:00:00Z" }));
  const client = await createTestServer(router).connect();
  const error: unknown = await client.request(At).catch((reason: unknown) => reason);
  expect(isServerError(error, At) && error.code === "NOT_FOUND" && error.context?.since).toEqual(
    new Date("2026-01-01T00:00:00Z"),
  );
});

test("time passes when the test says so: the heartbeat", async () => {
  const server = createTestServer(chat());
  const [deaf, alive] = [await server.connect({ data: { user: "a" } }), await server.connect({ data: { user: "b" } })];
  deaf.socket.responsive = false;
  await server.clock.advance(35_000);
  expect(await deaf.closed).toEqual({ code: 1006, reason: "" });
  await expect(alive.silent()).resolves.toBeUndefined();
});

test("a cancelled request", async () => {
  const client = await createTestServer(chat()).connect({ data: { user: "ada" } });
  const abort = new AbortController();
  const outcome = client.request(Slow, undefined, { signal: abort.signal });
  abort.abort();
  await expect(outcome).rejects.toBeInstanceOf(StateError);
  await expect(client.request(Slow, undefined, { signal: abort.signal })).rejects.toBeInstanceOf(StateError);
  await expect(client.silent()).resolves.toBeUndefined();
});

test("failures are captured, and nothing is logged", async () => {
  const server = createTestServer(chat());
  const client = await server.connect({ data: { user: "ada" } });
  client.send(Fail);
  expect(await client.expectError()).toMatchObject({ code: "INTERNAL", message: "Internal error" });
  expect(server.errors.map(({ message: text }) => text)).toEqual(["a bug"]);
  expect(server.logs.map(({ level }) => level)).toEqual(["error"]);
  client.send(Join, { room: 5 as never });
  expect(await client.expectError()).toMatchObject({ code: "INVALID_ARGUMENT" });
});

test("expect fails at once, and says what there was instead", async () => {
  const server = createTestServer(chat());
  const client = await server.connect({ data: { user: "ada" } });
  await expect(client.expect(Said)).rejects.toThrow("nothing runs that could send it. Received before: nothing");
  client.send(Join, { room: "r" });
  client.send(Say, { room: "r", text: "hi" });
  await expect(client.expect(Doubled)).rejects.toThrow('Expected "DOUBLED" and got {"type":"SAID"');
  client.send(Say, { room: "r", text: "hi" });
  await expect(client.silent()).rejects.toThrow('Not looked at: [{"type":"SAID"');
  client.close(4000, "bye");
  await client.closed;
  await expect(client.next()).resolves.toMatchObject({ type: "SAID" });
  await expect(client.next()).rejects.toThrow('Nothing arrived: closed with 4000 "bye"');
});

test("what did not arrive for a failure of the server's is told with the failure", async () => {
  const router = createRouter();
  router.on(Join, (ctx) => void ctx.send(Doubled, { n: "two" as never }));
  const client = await createTestServer(router).connect();
  client.send(Join, { room: "r" });
  const error = (await client.expect(Doubled).catch((reason: unknown) => reason)) as Error;
  expect(error.message).toMatch(
    /Nothing arrived.*\nThe server failed \(server\.errors\):\n {2}ValidationError: .*DOUBLED/,
  );
  expect(error.cause).toBeInstanceOf(ValidationError);
  client.close();
  await client.closed;
  await expect(client.next()).rejects.toThrow(/closed with 1000 ""\nThe server failed/);
});

test.each([
  [{ autenticate: () => ({}) }, "did you mean authenticate?"],
  [{ authenticate: true }, "authenticate is a function"],
])("createTestServer(router, %o) is refused", (options, text) => {
  expect(() => createTestServer(createRouter(), options as never)).toThrow(text);
});

test("connect() refuses options that do not exist", async () => {
  await expect(createTestServer(createRouter()).connect({ header: {} } as never)).rejects.toThrow(
    "did you mean headers?",
  );
});

test("expect fails for what does not fit its schema", async () => {
  const router = createRouter({ validateOutgoing: false });
  router.on(Plain, (ctx) => void ctx.send(Doubled, { n: "two" as never }));
  const client = await createTestServer(router).connect();
  client.send(Plain, { n: 1 });
  await expect(client.expect(Doubled)).rejects.toBeInstanceOf(ValidationError);
});

test("authenticate and Origin decide as they would", async () => {
  const server = createTestServer(chat(), {
    authenticate: (req) => {
      const user = new URL(req.url).searchParams.get("user");
      return user === null ? undefined : { user };
    },
  });
  await expect(server.connect()).rejects.toMatchObject({ name: "RefusedError", status: 401 });
  await expect(server.connect({ headers: { origin: "https://evil.example" } })).rejects.toBeInstanceOf(RefusedError);
  const ada = await server.connect({ path: "/?user=ada" });
  expect(ada.socket.data).toMatchObject({ user: "ada" });
});

test("stop ends the connections, and the router can be served again", async () => {
  const router = chat();
  const codes: number[] = [];
  router.onClose((ctx) => void codes.push(ctx.code));
  const server = createTestServer(router);
  await server.connect({ data: { user: "ada" } });
  await server.stop();
  expect([codes, router.connections.size]).toEqual([[1006], 0]);
  await createTestServer(router).connect({ data: { user: "ada" } });
  expect(router.connections.size).toBe(1);
});

test.each([[Number.NaN], [-1], ["5"], [undefined]])("no time is %j", async (ms) => {
  await expect(new VirtualClock().advance(ms as number)).rejects.toThrow("advance() takes milliseconds, not");
});

test("what is no message is refused in plain words", async () => {
  const client = await createTestServer(createRouter()).connect();
  expect(() => client.send(undefined as never, {} as never, {} as never)).toThrow(
    "send() takes a message as message() and rpc() make it",
  );
  await expect(client.request("ASK" as never, {} as never, {} as never)).rejects.toThrow("request() takes a message");
});

test("timers of one clock run in the order of their times, those set on the way included", async () => {
  const clock = new VirtualClock(1_000);
  const ran: [string, number][] = [];
  const at = (name: string, ms: number, then = () => {}) =>
    clock.setTimeout(() => {
      ran.push([name, clock.now()]);
      then();
    }, ms);
  at("late", 30);
  at("early", 10, () => at("between", 5));
  clock.clearTimeout(at("never", 20));
  await clock.advance(20);
  expect([ran, clock.monotonic()]).toEqual([
    [
      ["early", 1_010],
      ["between", 1_015],
    ],
    20,
  ]);
  await clock.advance(10);
  expect(ran.at(-1)).toEqual(["late", 1_030]);
});

const bytes: Codec = {
  name: "bytes",
  encode: (frame) => new TextEncoder().encode(JSON.stringify(frame)),
  decode: (packet: Uint8Array) => JSON.parse(new TextDecoder().decode(packet)) as unknown,
};

test("reads what is text under every codec: what a connection that comes back is told first", async () => {
  const server = createTestServer(createRouter({ codec: bytes, resume: true }));
  const { received } = await server.connect();
  await server.settle();
  expect(received).toMatchObject([{ type: "$ws:session" }]);
});

test("speaks the router's codec, bytes included, and is refused where it offers another one", async () => {
  const router = createRouter({ codec: bytes }).rpc(Plain, (ctx) => ctx.reply(Doubled, { n: ctx.payload.n * 2 }));
  const server = createTestServer(router, { protocols: ["chat.v1"] });
  const client = await server.connect();
  expect(client.protocol).toBe("ws-kit.bytes");
  expect((await client.request(Plain, { n: 4 }, Doubled)).payload).toEqual({ n: 8 });
  expect((await server.connect({ protocols: ["chat.v1"] })).protocol).toBe("chat.v1");
  await expect(server.connect({ protocols: ["ws-kit"] })).rejects.toMatchObject({ status: 400 });
  await expect(server.connect({ data: {}, protocols: ["ws-kit.other"] })).rejects.toBeInstanceOf(RefusedError);
  client.socket.reading = false;
  client.sendRaw({ type: "NOBODY" });
  await server.settle();
  const { length } = bytes.encode({
    type: "ERROR",
    meta: { inReplyTo: "NOBODY" },
    payload: { code: "UNIMPLEMENTED", message: 'Nothing here handles "NOBODY"', retryable: false },
  });
  expect(client.socket.getBufferedAmount()).toBe(length);
  client.socket.reading = true;
  client.sendRaw('{"type":"PLAIN"}');
  expect(await client.closed).toEqual({ code: 1003, reason: "Text frames are not understood" });
});

test("a client answers what the server asks, or lets the test do it", async () => {
  const Confirm = rpc.fromServer(
    "CONFIRM",
    { text: z.string() },
    "CONFIRMED",
    { yes: z.boolean() },
    {
      progress: { seen: z.boolean() },
    },
  );
  const Archive = rpc("ARCHIVE", undefined, "ARCHIVED", { kept: z.boolean(), seen: z.boolean() });
  const router = createRouter();
  router.rpc(Archive, async (ctx) => {
    let seen = false;
    const onProgress = (report: { seen: boolean }) => (seen = report.seen);
    try {
      const { payload } = await ctx.request(Confirm, { text: "Keep it?" }, { onProgress, signal: ctx.signal });
      return { kept: payload.yes, seen };
    } catch (error) {
      return ctx.error("ABORTED", isRequestError(error, Confirm) ? error.message : String(error));
    }
  });
  const server = createTestServer(router);
  const client = await server.connect();
  const asked = client.request(Archive);
  const { meta } = await client.next();
  client.sendRaw({ type: "CONFIRMED", meta, payload: { yes: false } });
  expect((await asked).payload).toEqual({ kept: false, seen: false });

  client.handle(Confirm, ({ payload, progress }) => {
    progress({ seen: true });
    return { yes: payload.text === "Keep it?" };
  });
  expect((await client.request(Archive)).payload).toEqual({ kept: true, seen: true });
  client.handle(Confirm, () => {
    throw new WsKitError("ABORTED", "Nobody is there");
  });
  await expect(client.request(Archive)).rejects.toMatchObject({ code: "ABORTED", message: "Nobody is there" });

  const controller = new AbortController();
  const aborted = new Promise((resolve) => {
    client.handle(Confirm, ({ signal }) => {
      signal.addEventListener("abort", () => resolve(signal.reason));
      controller.abort();
      return new Promise(() => {});
    });
  });
  await expect(client.request(Archive, undefined, { signal: controller.signal })).rejects.toThrow("aborted");
  expect(await aborted).toMatchObject({ message: "The server gave up" });
  await client.silent();
});

/** What does not compile, as of clients. */
export function refused(client: TestClient): void {
  // @ts-expect-error -- servers send it
  void client.request(Said, { text: "a", at: new Date() }, Doubled);
  // @ts-expect-error -- a message has no answer of its own
  void client.request(Say, { room: "r", text: "a" });
  // @ts-expect-error -- clients send what would be the answer
  void client.request(Plain, { n: 4 }, message.fromClient("MORE"));
}
