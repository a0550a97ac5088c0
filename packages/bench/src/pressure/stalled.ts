// node stalled.ts [bun|node] [publish|filtered|send|byId|answers] [peers] [frames] [burst]
// Peers that stop reading, beside a few that read: what they cost a server, when they are gone, and what the others got.
import { spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";

export interface Stalled {
  /** Bytes of resident memory over what the idle connections took: at most, and ten seconds after the last frame. */
  readonly grownMost: number;
  readonly grownAfter: number;
  /** Milliseconds from the last frame until only those were left who read; Infinity where that is not so after ten seconds. */
  readonly goneAfterMs: number;
  /** By close code. */
  readonly closed: Readonly<Record<string, number>>;
  /** Frames that those who read were sent, and got in order; the fewest that one of them got. */
  readonly sent: number;
  readonly received: number;
}

interface Stats {
  readonly rss: number;
  readonly peak: number;
  readonly closed: Record<string, number>;
  readonly open: number;
}

const READERS = 5;

export async function stall(runtime: "bun" | "node", how: string, peers = 1_000, frames = 1_500, burst = 8): Promise<Stalled> {
  const file = fileURLToPath(new URL("server.ts", import.meta.url));
  const child = spawn(runtime, [file], { stdio: ["ignore", "pipe", "inherit"] });
  const sockets: Socket[] = [];
  try {
    const port = await new Promise<number>((resolve, reject) => {
      child.on("exit", () => reject(new Error("The server ended")));
      child.stdout.on("data", (text: Buffer) => {
        const [, found] = /LISTENING (\d+)/.exec(text.toString()) ?? [];
        if (found !== undefined) resolve(Number(found));
      });
    });
    const ask = async (path: string) => (await (await fetch(`http://127.0.0.1:${port}${path}`)).json()) as Stats;
    for (let i = 0; i < peers; i++) sockets.push(await unread(port));
    const readers = await Promise.all(Array.from({ length: READERS }, () => reader(port)));
    await sleep(500);
    const before = await ask("/");
    if (how === "answers") await request(sockets, frames);
    const flood = await ask(`/flood?how=${how === "answers" ? "publish" : how}&frames=${how === "answers" ? 20 : frames}&burst=${burst}`);
    void flood;
    const since = performance.now();
    let goneAfterMs = Infinity;
    while (performance.now() - since < 10_000) {
      const { open } = await ask("/");
      if (open === READERS && goneAfterMs === Infinity) goneAfterMs = Math.round(performance.now() - since);
      await sleep(100);
    }
    const after = await ask("/");
    const sent = how === "answers" ? 20 : frames;
    for (const each of readers) each.close();
    return {
      grownMost: after.peak - before.rss,
      grownAfter: after.rss - before.rss,
      goneAfterMs,
      closed: after.closed,
      sent,
      received: Math.min(...readers.map(({ got }) => got())),
    };
  } finally {
    for (const socket of sockets) socket.destroy();
    child.kill("SIGKILL");
  }
}

/** A peer that upgrades and then reads no more. */
async function unread(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await new Promise<void>((resolve) => {
    socket.on("connect", () =>
      socket.write(
        `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      ),
    );
    socket.once("data", () => {
      socket.pause();
      resolve();
    });
  });
  return socket;
}

/** A peer that reads, and counts the frames that came in order. */
async function reader(port: number): Promise<{ got(): number; close(): void }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  let next = 0;
  socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
    if ((JSON.parse(data) as { payload: { n: number } }).payload.n === next) next++;
  });
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  return { got: () => next, close: () => socket.close() };
}

/** Lets peers that do not read ask for answers of 8 kB each. */
async function request(sockets: readonly Socket[], frames: number): Promise<void> {
  for (let n = 0; n < frames; n++) {
    for (const [i, socket] of sockets.entries()) {
      if (socket.writable && socket.writableLength < 100_000) socket.write(frame(`{"type":"ASK","meta":{"correlationId":"${i}-${n}"},"payload":{"n":${n}}}`));
    }
    await sleep(1);
  }
}

/** A client's text frame of up to 125 bytes, masked with zeros. */
function frame(text: string): Buffer {
  const body = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0]), body]);
}

if (import.meta.main) {
  const [runtime = "bun", how = "publish", ...figures] = process.argv.slice(2);
  const result = await stall(runtime as "bun" | "node", how, ...figures.map(Number));
  const mib = (bytes: number) => `${Math.round(bytes / 1_048_576)} MiB`;
  console.log(
    `${runtime} ${how}: rss at most +${mib(result.grownMost)}, after +${mib(result.grownAfter)}, gone after ${result.goneAfterMs} ms, closed ${JSON.stringify(result.closed)}, readers got ${result.received} of ${result.sent}`,
  );
  process.exit(0);
}
