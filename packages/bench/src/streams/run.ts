/**
 * What a stream holds whose reader is slow: `node packages/bench/src/streams/run.ts [MB] [MB a second] [KB an item]`, by default
 * 100 MB at 5 MB/s in items of 16 KB, each way. The server runs on Bun, the client here.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { wsClient } from "@ws-kit/client";
import { streams } from "@ws-kit/client/streams";
import { Look, Pour, Sip } from "./messages.ts";
import { paced } from "./paced.ts";

const [megabytes = 100, perSecond = 5, kilobytes = 16] = process.argv.slice(2).map(Number);
const BYTES = megabytes * 1e6;
const ITEM = kilobytes * 1_024;
const MOST = 4 * 1_048_576;
const LOOK_MS = 500;

const child = spawn("bun", [`${import.meta.dirname}/server.ts`], { stdio: ["ignore", "pipe", "inherit"] });
const port = await new Promise<string>((resolve, reject) => {
  createInterface(child.stdout).on("line", (line) => resolve(line.split(" ").at(-1) ?? ""));
  child.once("exit", () => reject(new Error("The server did not start")));
});
const client = wsClient({ url: `ws://127.0.0.1:${port}/`, use: [streams()] });
const mib = (bytes: number): string => `${(bytes / 1_048_576).toFixed(2)} MiB`;

/** Looks at the server now and then. @param ahead What is between writer and reader, of what the server has moved. */
async function watched(way: string, ahead: (atServer: number) => number, run: () => Promise<unknown>): Promise<void> {
  const before = (await client.request(Look)).payload;
  let held = 0;
  let heap = 0;
  let rss = 0;
  let looks = 0;
  const state = { over: false };
  const began = performance.now();
  const done = run().finally(() => (state.over = true));
  while (!state.over) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (state.over) break;
    const now = (await client.request(Look)).payload;
    held = Math.max(held, ahead(now.bytes));
    heap = Math.max(heap, now.heap - before.heap);
    rss = Math.max(rss, now.rss - before.rss);
    looks++;
  }
  await done;
  const seconds = (performance.now() - began) / 1_000;
  process.stdout.write(
    `${way}: ${BYTES / 1e6} MB in ${seconds.toFixed(1)} s, ${looks} looks: at most ${mib(held)} between writer and reader; the server's heap grew by ${mib(heap)}, its RSS by ${mib(rss)}\n`,
  );
  if (held > MOST) throw new Error(`${way}: more than ${mib(MOST)} were held`);
}

let asked = 0;
function* source() {
  const item = "x".repeat(ITEM);
  for (; asked < BYTES; asked += ITEM) yield item;
}

try {
  let read = 0;
  await watched(
    "server to client",
    (poured) => poured - read,
    async () => {
      const call = client.stream(Pour, { bytes: BYTES, item: ITEM });
      const pace = paced(perSecond * 1e6);
      for await (const item of call) {
        read += item.length;
        await pace(item.length);
      }
      await call.result;
    },
  );
  await watched(
    "client to server",
    (sipped) => asked - sipped,
    async () => {
      await client.stream(Sip, { bytesPerSecond: perSecond * 1e6 }, { send: source() }).result;
    },
  );
} finally {
  await client.close();
  child.kill();
}
