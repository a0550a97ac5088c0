import { isServerError, ServerError, StateError, TimeoutError, wsClient } from "@ws-kit/client/zod";
import type { Client, ConnectionState, ErrorContext } from "@ws-kit/client/zod";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { codecFor, msgpack } from "./codecs.ts";
import { Aborted, Add, Count, Echo, Fail, Find, Note, Slow } from "./messages.ts";
import { type RunningServer, startMsgpackServer, startServer } from "./process.ts";

describe.each([
  ["text", startServer],
  ["bytes", startMsgpackServer],
])("in %s", (_how, start: () => Promise<RunningServer>) => {
  let server: RunningServer;
  let client: Client;
  let states: ConnectionState[];
  let errors: { error: Error; context: ErrorContext }[];

  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.kill());

  beforeEach(() => {
    client = wsClient({ url: server.url, ...codecFor(server.url) });
    states = [];
    errors = [];
    client.onState((state) => states.push(state));
    client.onError((error, context) => errors.push({ error, context }));
  });
  afterEach(() => client.close());

  test("dials with the first message and delivers what was sent before it was open, in order", async () => {
    const got: number[] = [];
    const all = new Promise<void>((resolve) => {
      client.on(Echo, ({ payload }) => void (got.push(payload.n) === 3 && resolve()));
    });
    expect(client.state).toBe("closed");
    for (const n of [1, 2, 3]) expect(client.send(Note, { n })).toBe(true);
    await all;
    expect(got).toEqual([1, 2, 3]);
    expect(states).toEqual(["connecting", "open"]);
  });

  test("answers a request with its response, bound or given", async () => {
    expect((await client.request(Add, { a: 1, b: 2 })).payload.sum).toBe(3);
    expect((await client.request(Add, { a: 1, b: 2 }, Add.response, { timeoutMs: 5_000 })).payload.sum).toBe(3);
  });

  test("iterates progress and gives the result", async () => {
    const stream = client.stream(Count, { to: 3 });
    const seen: number[] = [];
    for await (const { at } of stream) seen.push(at);
    expect(seen).toEqual([1, 2, 3]);
    expect((await stream.result).payload.to).toBe(3);
  });

  test("gives the server's error with its code and details", async () => {
    const error = await client.request(Find, { id: "x" }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ServerError);
    expect(isServerError(error, Find) && error.code === "NOT_FOUND" && error.context?.id).toBe("x");
  });

  test("reports an error that answers a message", async () => {
    const reported = new Promise<ErrorContext>((resolve) => client.onError((_, context) => resolve(context)));
    client.send(Fail, {});
    expect(await reported).toMatchObject({ type: "server", message: "FAIL" });
  });

  test("an abort and a timeout reject, and abort the handler at the server", async () => {
    const aborted: number[] = [];
    const both = new Promise<void>((resolve) => {
      client.on(Aborted, ({ payload }) => void (aborted.push(payload.ms) === 2 && resolve()));
    });
    const controller = new AbortController();
    await client.connect();
    const first = client.request(Slow, { ms: 20_001 }, { signal: controller.signal });
    const second = client.request(Slow, { ms: 20_002 }, { timeoutMs: 50 });
    controller.abort();
    await expect(first).rejects.toThrow(StateError);
    await expect(first).rejects.toThrow("aborted");
    await expect(second).rejects.toThrow(TimeoutError);
    await expect(second).rejects.toMatchObject({ timeoutMs: 50 });
    await both;
  });

  test("a payload that does not fit is refused before it is sent", async () => {
    expect(client.send(Note, { n: "no" as never })).toBe(false);
    expect(errors[0]?.context).toEqual({ type: "invalid", message: "NOTE" });
    await expect(client.request(Add, { a: 1 } as never)).rejects.toMatchObject({ issues: [{ path: ["b"] }] });
  });

  test("close() ends everything, and connect() begins again", async () => {
    await client.connect();
    const pending = client.request(Slow, { ms: 20_000 });
    const closed = client.close();
    await expect(pending).rejects.toMatchObject({ name: "ConnectionClosedError", mayHaveExecuted: true });
    await closed;
    expect(client.send(Note, { n: 1 })).toBe(false);
    await expect(client.request(Add, { a: 1, b: 1 })).rejects.toThrow(StateError);
    await client.connect();
    expect((await client.request(Add, { a: 1, b: 1 })).payload.sum).toBe(2);
    expect(states).toEqual(["connecting", "open", "closing", "closed", "connecting", "open"]);
  });
});

test("a server of another codec refuses the client, in both directions", async () => {
  for (const [start, codec] of [
    [startServer, msgpack],
    [startMsgpackServer, undefined],
  ] as const) {
    const server = await start();
    const client = wsClient({ url: server.url, codec, reconnect: { enabled: false } });
    await expect(client.connect()).rejects.toMatchObject({ name: "ConnectionClosedError", message: /1006/ });
    await client.close();
    await server.kill();
  }
});
