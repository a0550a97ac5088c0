import { setTimeout as pause } from "node:timers/promises";
import { wsClient } from "@ws-kit/client/zod";
import { serve } from "@ws-kit/node";
import { createTestServer } from "@ws-kit/testing";
import { createRouter, message, z } from "@ws-kit/zod";
import { expect, it, onTestFinished } from "vitest";
import { msgpack } from "../../client/test/codecs.ts";
import { devtools } from "../src/index.ts";
import { parseSession, replay, writeSession } from "../src/replay.ts";

const bytes = () => z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Draw = message("DRAW", { pixels: bytes(), at: z.custom<Date>(), key: bytes(), extra: z.unknown() });
const Drawn = message.fromServer("DRAWN", {
  pixels: bytes(),
  at: z.custom<Date>(),
  size: z.number(),
  extra: z.unknown(),
});

/** A server that turns pixels over. @param by What it turns them by. */
function painter(by = 0xff) {
  const router = createRouter({ codec: msgpack });
  const tools = devtools(router, { redact: ["key"] });
  const keys: string[] = [];
  router.on(Draw, (ctx) => {
    const { pixels, at, key, extra } = ctx.payload;
    keys.push(Buffer.from(key).toString());
    ctx.send(Drawn, { pixels: pixels.map((pixel) => pixel ^ by), at, size: pixels.length, extra });
    // What a handler does with its own is not what came.
    pixels.fill(0);
  });
  return { router, tools, keys };
}

async function served({ router }: ReturnType<typeof painter>): Promise<string> {
  const server = serve(router, { port: 0, hostname: "127.0.0.1", path: "/ws" });
  await server.ready;
  onTestFinished(() => server.stop());
  return `ws://127.0.0.1:${server.port}/ws`;
}

/** One who draws three bytes and many, over a real socket. */
async function recorded(): Promise<string> {
  const made = painter();
  const recording = made.tools.record();
  const client = wsClient({ url: await served(made), codec: msgpack });
  onTestFinished(() => client.close());
  for (const pixels of [Uint8Array.of(1, 2, 255), new Uint8Array(40_000).fill(7)]) {
    const heard = new Promise((resolve) => client.once(Drawn, resolve));
    const key = Buffer.from("a key of bytes");
    client.send(Draw, { pixels, at: new Date(Date.UTC(2026, 0, 2)), key, extra: { "$ws:bytes": "no bytes" } });
    await heard;
  }
  await client.close();
  while (parseSession(recording.stop()).events.at(-1)?.close === undefined) await pause(5);
  return recording.stop();
}

it("bytes and dates of a codec of bytes are in a session as they were, and are sent again as that", async () => {
  const text = await recorded();
  expect(text).toContain('"pixels":{"$ws:bytes":"AQL/"}');
  expect(text).not.toContain(btoa("a key of bytes"));
  expect(writeSession(parseSession(text))).toBe(text);
  const values = { "[redacted 1]": Buffer.from("a key of bytes") };
  for (const where of ["a socket", "memory"]) {
    const again = painter();
    const replayed =
      where === "memory"
        ? await replay(text, { server: createTestServer(again.router), values })
        : await replay(text, { url: await served(again), codec: msgpack, values });
    expect(String(replayed), `over ${where}`).toBe("The same: 1 connection, 2 frames sent, 2 compared");
    expect(again.keys).toEqual(["a key of bytes", "a key of bytes"]);
  }
});

it("bytes that are others are told as bytes, from where they differ", async () => {
  const text = await recorded();
  const values = { "[redacted 1]": Buffer.from("x") };
  const replayed = await replay(text, { server: createTestServer(painter(0x0f).router), values });
  expect(String(replayed)).toContain("payload.pixels: expected 3 bytes fe fd 00, got 3 bytes 0e 0d f0");
  expect(String(replayed).length).toBeLessThan(2_000);
  expect(JSON.stringify(replayed)).toContain('"actual":{"$ws:bytes":"Dg3w"}');
});

it("a session stops growing at a bound of bytes, and says what it left out", async () => {
  const { tools, router } = painter();
  const server = createTestServer(router);
  const recording = tools.record({ maxBytes: 1_000 });
  const client = await server.connect();
  const drawing = { at: new Date(), key: Buffer.from("k"), extra: null };
  for (const size of [200, 5_000, 200]) client.send(Draw, { ...drawing, pixels: new Uint8Array(size) });
  await server.settle();
  expect(recording).toMatchObject({ frames: 3, dropped: 3 });
});
