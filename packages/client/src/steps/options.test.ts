import { message, rpc } from "@ws-kit/core";
import { afterEach, expect, test, vi } from "vitest";
import { Ask } from "../../test/definitions.ts";
import { createRig } from "../../test/rig.ts";
import { wsClient } from "../index.ts";
import { wsClient as lite } from "../lite.ts";

// What plain JavaScript gives, which no compiler has looked at.
const anyClient = wsClient as unknown as (options?: unknown) => ReturnType<typeof wsClient>;
const TYPE = "SAY" as never;

afterEach(() => vi.unstubAllEnvs());

test.each([["ws://localhost/"], [undefined], [{}], [{ Url: "ws://x/" }], [new URL("ws://localhost/")], [5]])(
  "%o lacks a url",
  (options) => {
    expect(() => anyClient(options)).toThrow("wsClient needs { url }");
    expect(() => lite(options as never)).toThrow(/url/);
  },
);

test.each([
  [{ reconect: {} }, 'wsClient() has no option "reconect": did you mean reconnect?'],
  [{ autoconnect: true }, "did you mean autoConnect?"],
  [{ token: "secret" }, 'wsClient() has no option "token"'],
  [{ reconnect: { maxDelay: 5 } }, 'wsClient(): reconnect has no option "maxDelay": did you mean maxDelayMs?'],
  [{ reconnect: false }, "wsClient(): reconnect is an object, not a boolean"],
  [{ auth: { getToken: "secret" } }, "wsClient(): auth: getToken is a function, not a string"],
  [{ heartbeat: true }, "wsClient(): heartbeat is an object, not a boolean"],
  [{ queueSize: "5" }, "wsClient(): queueSize is a number, not a string"],
  [{ queueSize: Number.NaN }, "wsClient(): queueSize is a number, not NaN"],
  [{ queue: "dropnewest" }, 'wsClient(): queue is "drop-newest" or "drop-oldest" or "off"'],
  [{ reconnect: { jitter: "half" } }, 'wsClient(): reconnect: jitter is "full" or "none"'],
  [{ auth: { attach: "header", getToken: () => "" } }, 'wsClient(): auth: attach is "query" or "protocol"'],
  [{ auth: {} }, "wsClient(): auth needs { getToken }"],
  [{ connectTimeoutMs: -1 }, "wsClient(): connectTimeoutMs is a number from 0 up, not -1"],
  [{ reconnect: { maxAttempts: -1 } }, "wsClient(): reconnect: maxAttempts is a number from 0 up, not -1"],
  [{ heartbeat: { intervalMs: -5 } }, "wsClient(): heartbeat: intervalMs is a number from 0 up, not -5"],
  [{ codec: { encode: JSON.stringify } }, "wsClient(): codec needs the functions encode and decode"],
])("wsClient({ url, ...%o }) is refused", (more, text) => {
  const options = { url: "ws://x/", ...more };
  expect(() => anyClient(options)).toThrow(text);
  vi.stubEnv("NODE_ENV", "production");
  expect(() => anyClient({ ...options, autoConnect: false })).not.toThrow();
});

test("a type in the place of a message is told of", async () => {
  const client = anyClient({ url: "ws://x/", autoConnect: false });
  const told: string[] = [];
  client.onError((error) => told.push(error.message));
  expect(() => client.on(TYPE, () => {})).toThrow(
    'client.on() takes a message as message() and rpc() make it, not the text "SAY"',
  );
  expect(() => client.on(message("SAY"), undefined as never)).toThrow("client.on() takes a function, not undefined");
  expect((client.send as (type: string) => boolean)("SAY")).toBe(false);
  await expect((client.request as (type: string) => Promise<unknown>)("SAY")).rejects.toThrow(
    'client.request() takes a message as message() and rpc() make it, not the text "SAY"',
  );
  expect(told).toEqual([expect.stringContaining("client.send() takes a message")]);
});

test.each(["once", "onState", "onError", "onOpen", "onUnhandled", "observe"])(
  "client.%s() takes a function",
  (name) => {
    const client = anyClient({ url: "ws://x/", autoConnect: false }) as unknown as Record<
      string,
      (...args: unknown[]) => void
    >;
    const args = name === "once" ? [message("SAY")] : [];
    expect(() => client[name]?.(...args, "swordfish")).toThrow(/takes a function, not a string/);
    expect(() => client[name]?.(...args)).toThrow(TypeError);
  },
);

test.each([[null], [5], ["again"], [true]])("request(rpc, payload, %j) is refused in plain words", async (third) => {
  const client = anyClient({ url: "ws://x/", autoConnect: false });
  const request = client.request.bind(client) as unknown as (...args: unknown[]) => Promise<unknown>;
  await expect(request(Ask, { n: 1 }, third)).rejects.toThrow("client.request() takes a response, or an object");
  await expect(request(Ask, { n: 1 }, { retries: -1 })).rejects.toThrow("retries is a number from 0 up, not -1");
});

test.each([[null], [{}], [[]], ["requests"]])("use: [%j] is no part", (part) => {
  expect(() => anyClient({ url: "ws://x/", use: [part] })).toThrow("use takes what a part's function gives");
});

test.each(["production", undefined])("no message asks the system again whether NODE_ENV is %s", (value) => {
  const { env } = process;
  const read = vi.fn<() => string | undefined>(() => value);
  process.env = Object.defineProperty({ ...env }, "NODE_ENV", { get: read });
  try {
    const client = anyClient({ url: "ws://x/", autoConnect: false });
    const told: string[] = [];
    client.onError((error) => told.push(error.message));
    const Say = message("SAY");
    expect(client.send(Say)).toBe(true);
    const { length } = read.mock.calls;
    expect(length).toBeGreaterThan(0);
    (client.send as (type: string) => boolean)("SAY");
    client.send(Say);
    expect(read).toHaveBeenCalledTimes(length);
    expect(told[0]?.includes("client.send() takes a message")).toBe(value === undefined);
  } finally {
    process.env = env;
  }
});

test("a runtime without WebSocket is told of at once, with what to do", async () => {
  vi.stubGlobal("WebSocket", undefined);
  try {
    const client = wsClient({ url: "ws://localhost/" });
    const told: unknown[] = [];
    client.onError((error) => told.push(error.message));
    await expect(client.connect()).rejects.toThrow("wsClient({ url, WebSocket })");
    expect(told[0]).toBe("No WebSocket here: give wsClient({ url, WebSocket }) one");
    expect(client.state).toBe("closed");
  } finally {
    vi.unstubAllGlobals();
  }
});

test.each([
  [{ timeoutMs: "5000" }, "client.request(): timeoutMs is a number, not a string"],
  [{ timeoutMs: Number.NaN }, "client.request(): timeoutMs is a number, not NaN"],
  [{ timeout: 5 }, 'client.request() has no option "timeout": did you mean timeoutMs?'],
  [{ signal: new AbortController() }, "client.request(): signal is that of an AbortController"],
])("a request with %o is refused", async (options, text) => {
  const client = anyClient({ url: "ws://x/", autoConnect: false });
  await expect(client.request(Ask, { n: 1 }, options as never)).rejects.toThrow(text);
});

test("options in the place of a payload are told of", async () => {
  const client = anyClient({ url: "ws://x/", autoConnect: false });
  const Ping = rpc("PING", undefined, "PONG");
  const ask = client.request.bind(client) as unknown as (...args: unknown[]) => Promise<unknown>;
  const send = client.send.bind(client) as unknown as (...args: unknown[]) => boolean;
  const told: string[] = [];
  client.onError((error) => told.push(error.message));
  const text = "PING has no payload: client.request(PING, undefined, options)";
  await expect(ask(Ping, { timeoutMs: 300 })).rejects.toThrow(text);
  expect(send(message("HI"), { meta: {} })).toBe(false);
  expect(told).toEqual(["HI has no payload: client.send(HI, undefined, options)"]);
  expect(send(message("HI"), undefined, null)).toBe(true);
});

test("a token that is none is told of", async () => {
  const { network, ...rig } = createRig({
    auth: { getToken: () => ({ token: "x" }) as never },
    reconnect: { enabled: false },
  });
  await expect(rig.client.connect()).rejects.toThrow("getToken gives a text");
  expect(rig.errors[0]).toMatchObject({ type: "auth" });
  expect(network.sockets).toEqual([]);
});
