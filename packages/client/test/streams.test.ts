import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { wsClient } from "../src/index.ts";
import { streams } from "../src/streams.ts";
import { codecFor } from "./codecs.ts";
import { Copy, Look, Pour, Sip, Take } from "./messages.ts";
import { type RunningServer, startMsgpackServer, startServer } from "./process.ts";

const make = (url: string) => wsClient({ url, ...codecFor(url), use: [streams()] });

/** What is held ahead of who reads, at most: the window, and one item over it. */
const WINDOW = 262_144;
const ITEM = 16_384;

describe.each([
  ["text", startServer],
  ["bytes", startMsgpackServer],
])("in %s", (_how, start: () => Promise<RunningServer>) => {
  let server: RunningServer;
  let client: ReturnType<typeof make>;

  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.kill());
  beforeEach(() => {
    client = make(server.url);
  });
  afterEach(() => client.close());

  const look = async () => (await client.request(Look)).payload;

  test("items go both ways at once, in order", async () => {
    async function* numbers() {
      for (let n = 0; n < 500; n++) {
        yield { text: String(n) };
        if (n % 100 === 0) await sleep(1);
      }
    }
    const call = client.stream(Copy, {}, { send: numbers() });
    const seen: string[] = [];
    for await (const { text } of call) seen.push(text);
    expect(seen).toEqual(seen.map((_, n) => String(n)));
    expect((await call.result).payload).toEqual({ items: 500 });
    expect(await look()).toMatchObject({ streams: 0, ended: "ok" });
  });

  test("a slow reader holds the server up, by the window", async () => {
    const call = client.stream(Pour, { items: 400, characters: ITEM });
    const items = call[Symbol.asyncIterator]();
    await items.next();
    for (let read = 1; read < 200; read++) {
      await items.next();
      if (read % 50 !== 0) continue;
      await sleep(20);
      const { poured } = await look();
      expect((poured - read - 1) * ITEM).toBeLessThanOrEqual(WINDOW + ITEM);
      expect(poured).toBeGreaterThan(read);
    }
    let rest = 0;
    while ((await items.next()).done !== true) rest++;
    expect(rest).toBe(200);
    expect((await call.result).payload).toEqual({ items: 400 });
  });

  test("a slow handler holds the client up, by the window", async () => {
    let asked = 0;
    function* source() {
      for (; asked < 400; asked++) yield "x".repeat(ITEM);
    }
    const call = client.stream(Sip, undefined, { send: source() });
    let taken = 0;
    for (const items of [1, 50, 50]) {
      await sleep(20);
      client.send(Take, { items });
      taken += items;
      await vi.waitFor(() => expect(asked).toBeGreaterThan(taken));
      await sleep(20);
      expect((asked - taken) * ITEM).toBeLessThanOrEqual(WINDOW + ITEM);
    }
    client.send(Take, { items: 0 });
    expect((await call.result).payload).toEqual({ items: 400 });
  });

  test("either end stops, and the other hears of it", async () => {
    let left = false;
    function* endless() {
      try {
        for (;;) yield { text: "a" };
      } finally {
        left = true;
      }
    }
    const call = client.stream(Copy, { most: 3 }, { send: endless() });
    let items = 0;
    for await (const _ of call) items++;
    expect(items).toBe(3);
    expect(left).toBe(true);

    for await (const _ of client.stream(Pour, { items: 1e6, characters: 1_000 })) break;
    await vi.waitFor(async () => expect(await look()).toMatchObject({ streams: 0, ended: "CANCELLED" }));

    const controller = new AbortController();
    const sip = client.stream(Sip, undefined, { send: (async function* () {})(), signal: controller.signal });
    await vi.waitFor(async () => expect(await look()).toMatchObject({ streams: 1 }));
    client.send(Take, { items: 1 });
    expect((await sip.result).payload).toEqual({ items: 0 });

    const lost = client.stream(Pour, { items: 1e6, characters: 1_000 });
    await lost[Symbol.asyncIterator]().next();
    await client.close();
    await expect(lost.result).rejects.toMatchObject({ name: "ConnectionClosedError" });
    void client.connect();
    await vi.waitFor(async () => expect(await look()).toMatchObject({ streams: 0, ended: "UNAVAILABLE" }));
  });

  test("many beside each other, on one connection whose other requests go on", async () => {
    const calls = Array.from({ length: 20 }, () => client.stream(Pour, { items: 100, characters: ITEM }));
    const all = Promise.all(
      calls.map(async (call, index) => {
        let items = 0;
        for await (const _ of call) if (++items % 10 === 0 && index % 2 === 0) await sleep(1);
        return items;
      }),
    );
    for (let i = 0; i < 10; i++) await look();
    expect(await all).toEqual(calls.map(() => 100));
  });
});
