import { expect, test } from "vitest";
import { message } from "../message/standard.ts";
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

test("a definition with an option that does not exist is refused", () => {
  expect(() => message("SAY", undefined, { mta: {} } as never)).toThrow(
    'message("SAY") has no option "mta": did you mean meta?',
  );
});
