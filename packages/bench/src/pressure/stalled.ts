// node stalled.ts [bun|node] [publish|filtered|send|byId|answers] [peers] [frames] [burst]
// A thousand of them take up to 3 GB of the kernel's memory.
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
  readonly sent: number;
  readonly flooding: boolean;
  readonly rss: number;
  readonly peak: number;
  readonly closed: Record<string, number>;
  readonly open: number;
}

const READERS = 5;

/** Milliseconds after which nobody may be left who does not read. */
const LONGEST_MS = 10_000;

/** What peers that do not read are put through. */
export interface Flood {
  /** How frames are sent to them; `answers`: to requests of their own. */
  readonly how: "publish" | "filtered" | "send" | "byId" | "answers";
  readonly peers: number;
  /** Of 8 kB each. */
  readonly frames: number;
  /** Frames between two turns of the server's event loop. */
  readonly burst: number;
  /** Stop as soon as one peer has so many bytes unread. */
  readonly until?: number;
}

/** Frames that everybody gets beside the answers. */
const BESIDE = 20;

export async function stall(runtime: "bun" | "node", { how, peers, frames, burst, until }: Flood): Promise<Stalled> {
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
    const answers = how === "answers";
    if (answers) await request(sockets, frames);
    const query = new URLSearchParams({ how: answers ? "publish" : how, frames: String(answers ? BESIDE : frames) });
    query.set("burst", String(burst));
    if (until !== undefined) query.set("until", String(until));
    let { sent, flooding } = await ask(`/flood?${query.toString()}`);
    while (flooding) {
      await sleep(50);
      ({ sent, flooding } = await ask("/"));
    }
    const since = performance.now();
    let left = Infinity;
    while (performance.now() - since < LONGEST_MS && left > READERS) {
      await sleep(100);
      left = (await ask("/")).open;
    }
    const goneAfterMs = left === READERS ? Math.round(performance.now() - since) : Infinity;
    // What those who were closed last have not read goes a second later.
    await sleep(2_000);
    const after = await ask("/");
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
async function reader(port: number): Promise<{ got: () => number; close: () => void }> {
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
      if (socket.writable && socket.writableLength < 100_000)
        socket.write(frame(`{"type":"ASK","meta":{"correlationId":"${i}-${n}"},"payload":{"n":${n}}}`));
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
  const [runtime = "bun", how = "publish", peers = 1_000, frames = 800, burst = 8] = process.argv.slice(2);
  const flood = { how: how as Flood["how"], peers: Number(peers), frames: Number(frames), burst: Number(burst) };
  const result = await stall(runtime as "bun" | "node", flood);
  const { grownMost, grownAfter, goneAfterMs, closed, received, sent } = result;
  process.stdout.write(
    `${runtime} ${how}: rss at most +${mib(grownMost)}, after +${mib(grownAfter)}, gone after ${goneAfterMs} ms, closed ${JSON.stringify(closed)}, readers got ${received} of ${sent}\n`,
  );
  process.exit(0);
}

function mib(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`;
}
