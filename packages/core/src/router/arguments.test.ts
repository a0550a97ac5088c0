import { expect, test } from "vitest";
import { bench } from "../../test/harness.ts";
import { contract } from "../message/contract.ts";
import { fingerprintOf } from "../message/fingerprint.ts";
import { prefixed } from "../message/prefixed.ts";
import { message, rpc } from "../message/standard.ts";
import { topic } from "../message/topic.ts";
import { Hub } from "../adapter/door.ts";
import { createRouter } from "./create-router.ts";
import { type Router } from "./router.ts";

// What plain JavaScript gives, which no compiler has looked at.
const Say = message("SAY");
const handler = () => {};
const router = () => createRouter() as Router & { [method: string]: (...args: unknown[]) => unknown };

test.each<[string, unknown[], string]>([
  [
    "on",
    ["SAY", handler],
    'router.on() takes a message as message() and rpc() make it, not the text "SAY": const Say = message("SAY"',
  ],
  ["on", [undefined, handler], "router.on() takes a message as message() and rpc() make it, not undefined"],
  ["on", [{ type: "SAY" }, handler], "router.on() takes a message as message() and rpc() make it, not an object"],
  ["on", [Say], "router.on() takes a function, not undefined"],
  ["on", [Say, "handler"], "router.on() takes a function, not a string"],
  ["on", [Say, handler, { concurent: true }], 'router.on() has no option "concurent": did you mean concurrent?'],
  ["on", [Say, handler, true], "router.on() takes an object with options, not a boolean"],
  ["rpc", ["SAY", handler], 'router.rpc() takes a message as message() and rpc() make it, not the text "SAY"'],
  ["rpc", [Say], "router.rpc() takes a function, not undefined"],
  ["use", ["SAY", handler], "router.use() takes a message"],
  ["use", [Say], "router.use() takes a function, not undefined"],
  ["use", [], "router.use() takes a message as message() and rpc() make it, not undefined"],
  ["onOpen", [], "router.onOpen() takes a function, not undefined"],
  ["onClose", [{}], "router.onClose() takes a function, not an object"],
  ["onError", ["log"], "router.onError() takes a function, not a string"],
  ["guard", [true], "router.guard() takes a function, not a boolean"],
  ["merge", [{}], "This is no router: createRouter() makes one"],
  ["merge", [undefined], "This is no router"],
  ["merge", ["chat"], "This is no router"],
  ["merge", [createRouter(), { onconflict: "skip" }], "did you mean onConflict?"],
  ["merge", [createRouter(), { onConflict: "override" }], 'onConflict is "throw", "replace" or "skip", not "override"'],
  ["mount", [createRouter()], "mount() takes a prefix first, not an object"],
  ["guard", [handler, { code: "UNAUTHORIZED" }], 'router.guard(): "UNAUTHORIZED" is no gRPC status code'],
  ["guard", [handler, { mesage: "Log in" }], "did you mean message?"],
  ["guard", [handler, null], "router.guard() takes an object with options, not null"],
  ["onLink", [], "router.onLink() takes a function, not undefined"],
  ["provides", [undefined], "router.provides() takes a contract as contract() makes it, not undefined"],
  ["handle", [{}, {}], "router.handle() takes a contract as contract() makes it, not an object"],
  ["handle", [contract({ Say })], "router.handle() takes an object with a handler for each part, not undefined"],
  ["topic", ["room:{id}", { authorize: handler }], "takes a family of topics as topic() makes it, not the text"],
])("router.%s(...%j) is refused", (method, args, text) => {
  expect(() => router()[method]?.(...args)).toThrow(TypeError);
  expect(() => router()[method]?.(...args)).toThrow(text);
});

test.each<[object, string]>([
  [{ heartBeat: {} }, 'createRouter() has no option "heartBeat": did you mean heartbeat?'],
  [{ loger: console }, "did you mean logger?"],
  [{ heartbeat: { interval: 5 } }, 'createRouter(): heartbeat has no option "interval": did you mean intervalMs?'],
  [{ heartbeat: 30_000 }, "createRouter(): heartbeat is an object, not a number"],
  [{ limits: { maxMessageByte: 5 } }, "did you mean maxMessageBytes?"],
  [{ limits: 5 }, "limits is an object, not a number"],
  [{ authorizeTopic: true }, "authorizeTopic is a function, not a boolean"],
  [{ validateOutgoing: "no" }, "validateOutgoing is a boolean, not a string"],
  [{ logger: { error: handler, warn: handler } }, "logger has no function debug"],
  [{ engine: {} }, "engine is what @ws-kit/redis or @ws-kit/nats makes: this has no connect()"],
  [{ answers: new Map() }, "answers is what @ws-kit/redis or @ws-kit/nats makes: this has no claim()"],
  [{ topics: ["room:{id}"] }, 'topics takes a family of topics as topic() makes it, not the text "room:{id}"'],
  [{ contract: {} }, "contract takes a contract as contract() makes it, not an object"],
])("createRouter(%o) is refused", (options, text) => {
  expect(() => createRouter(options)).toThrow(TypeError);
  expect(() => createRouter(options)).toThrow(text);
});

test.each([["SAY"], [undefined], [{}], [null]])("%j is nothing to publish", async (given) => {
  const server = createRouter({ logger: { debug: handler, warn: handler, error: handler } });
  const hub = new Hub(server, { failed: () => {} });
  const result = await server.publish("topic", given as typeof Say);
  expect(result).toMatchObject({ ok: false, error: expect.any(TypeError) as TypeError });
  expect(!result.ok && result.error.message).toContain(
    "send() or publish() takes a message as message() and rpc() make it",
  );
  await hub.dispose();
});

test.each([[null], ["30"], [true], [""], [[]]])("idleTimeoutSeconds and maxPayloadBytes cannot be %j", (given) => {
  const value = given as never;
  expect(() => createRouter({ idleTimeoutSeconds: value })).toThrow("idleTimeoutSeconds must be a number from 0 up");
  expect(() => createRouter({ maxPayloadBytes: value })).toThrow("maxPayloadBytes must be a number above 0");
});

test.each<[object, string]>([
  [{ filtr: () => false }, "did you mean filter?"],
  [{ filter: null }, "publish(): filter is a function, not null"],
  [{ excludeSelf: "true" }, "publish(): excludeSelf is a boolean, not a string"],
  [{ local: 1 }, "publish(): local is a boolean, not a number"],
  [[], "publish() takes an object with options, not an array"],
])("publish(…, %o) reaches nobody", async (options, text) => {
  const { connect, hub } = bench(createRouter().onOpen((ctx) => void ctx.topics.subscribe("news")));
  const peer = connect();
  expect(await hub.publish("news", Say, undefined, options as never)).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining(text) as string },
  });
  expect(peer.socket.take()).toEqual([]);
});

test("options that do not exist keep a message back, and are told of", () => {
  const errors: string[] = [];
  const server = createRouter().onError((error) => void errors.push(error.message));
  const { connect } = bench(server);
  const { conn, socket } = connect();
  const handle = server.connections.get(conn.clientId) as unknown as { send: (...args: unknown[]) => boolean };
  expect(handle.send(Say, undefined, { mta: {} })).toBe(false);
  expect(socket.take()).toEqual([]);
  expect(errors).toEqual([expect.stringContaining("did you mean meta?")]);
});

test.each<[unknown, unknown]>([
  [1000.5, ""],
  ["4000", ""],
  [Symbol("4000"), ""],
  [4000n, ""],
  [4000, null],
  [4000, 404],
  [4000, { why: "banned" }],
])("a connection that is closed with %s and %s is gone", (code, reason) => {
  const seen: unknown[] = [];
  const server = createRouter().onClose((ctx) => void seen.push([ctx.code, ctx.reason]));
  const { conn } = bench(server).connect();
  server.connections.get(conn.clientId)?.close(code as number, reason as string);
  expect(seen).toEqual([[code === 4000 ? 4000 : 1000, ""]]);
});

test.each<[() => unknown, string]>([
  [() => topic(undefined as never, []), "topic() takes a pattern first, not undefined"],
  [() => topic("room", Say as never), 'topic("room") takes a list of its messages, not an object'],
  [() => contract(null as never), "contract() takes an object with its parts, not null"],
  [() => contract({ Say }, { vresion: "1" } as never), "did you mean version?"],
  [() => prefixed(undefined as never, Say), "prefixed() takes a prefix first, not undefined"],
  [() => prefixed("a.", "SAY" as never), "prefixed() takes a message"],
  [() => fingerprintOf(undefined as never), "fingerprintOf() takes a contract"],
  [() => rpc("R", undefined, "S", undefined, { idempotent: "no" } as never), "idempotent is a boolean, not a string"],
])("%s is refused", (define, text) => {
  expect(define).toThrow(TypeError);
  expect(define).toThrow(text);
});

test.each([[{}], [[]], [true], [Number.NaN], [() => {}], [Symbol("7")]])(
  "a topic of %s would be the same for all of its kind",
  (id) => {
    const Room = topic("room:{id}", [Say]);
    expect(() => Room({ id: id as never })).toThrow("id of the topic room:{id} is a text or a number");
    expect(Room({ id: 7 })).toBe("room:7");
  },
);

test("a drain takes no option that does not exist", async () => {
  await expect(createRouter().drain({ timeout: 5 } as never)).rejects.toThrow("did you mean timeoutMs?");
  await expect(createRouter().drain(null as never)).rejects.toThrow("takes an object with options, not null");
});

test("a definition with an option that does not exist is refused", () => {
  expect(() => message("SAY", undefined, { mta: {} } as never)).toThrow(
    'message("SAY") has no option "mta": did you mean meta?',
  );
});
