import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { createRouter, rpc, z } from "@ws-kit/zod";
import { fetched, type Fetched } from "./fetched.ts";
import { quiet, start, wait, type Serve } from "./serving.ts";

/** What became of each situation. */
export interface Findings {
  readonly underWay: { ran: number; answered: number; code: number };
  readonly slowAnswer: { bytes: number; code: number };
  readonly late: { opened: boolean; onOpen: number; left: number };
  readonly tookMs: { idle: number; half: number; endless: number; unclosed: number };
  readonly other: { peerClosed: boolean; newPeer: boolean; sessionsClosed: number };
  /** What a request gets that is under way when a server stops with all the time there is. */
  readonly limitless: readonly string[];
  readonly fetched: Fetched;
}

const Do = rpc("DO", {}, "DONE", { text: z.string() });
/** A client that answers a goaway, and keeps what it was told. */
class Peer {
  readonly answers: string[] = [];
  readonly opened: Promise<boolean>;
  readonly closed: Promise<number>;
  private readonly ws: WebSocket;

  constructor(port: number) {
    this.ws = new WebSocket(`ws://127.0.0.1:${port}/`);
    this.ws.addEventListener("message", ({ data }: MessageEvent<string>) => {
      if (data.startsWith('{"type":"$ws:goaway"')) this.ws.send('{"type":"$ws:goaway"}');
      else if (data === '{"type":"$ws:ping"}') this.ws.send('{"type":"$ws:pong"}');
      else this.answers.push(data);
    });
    this.ws.addEventListener("error", () => {});
    this.opened = new Promise((resolve) => {
      this.ws.addEventListener("open", () => resolve(true));
      this.ws.addEventListener("close", () => resolve(false));
    });
    this.closed = new Promise((resolve) => {
      this.ws.addEventListener("close", ({ code }: CloseEvent) => resolve(code));
    });
  }

  request(id: number): void {
    this.ws.send(JSON.stringify({ type: "DO", meta: { correlationId: String(id) }, payload: {} }));
  }

  close(): void {
    this.ws.close();
  }
}

async function underWay(serve: Serve): Promise<Findings["underWay"]> {
  let ran = 0;
  const router = createRouter().rpc(Do, () => {
    ran++;
    return { text: "done" };
  });
  const server = await start(serve, router);
  const peer = new Peer(server.port);
  await peer.opened;
  for (let id = 0; id < 20; id++) peer.request(id);
  await server.stop({ timeoutMs: 5_000 });
  const code = await peer.closed;
  return { ran, answered: peer.answers.length, code };
}

/** A line that carries 2 MB a second towards the client, and at once what the client sends. */
async function slowLine(port: number): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const line = createServer((client) => {
    const server = connect(port, "127.0.0.1");
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("error", () => {});
    }
    client.pipe(server);
    void (async () => {
      for await (const chunk of server as AsyncIterable<Buffer>) {
        for (let at = 0; at < chunk.length; at += 16_384) {
          client.write(chunk.subarray(at, at + 16_384));
          await wait(8);
        }
      }
      client.end();
    })().catch(() => client.destroy());
  });
  await new Promise<void>((resolve) => void line.listen(0, "127.0.0.1", resolve));
  return {
    port: (line.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      line.close();
    },
  };
}

async function slowAnswer(serve: Serve): Promise<Findings["slowAnswer"]> {
  const router = createRouter().rpc(Do, async () => {
    await wait(300);
    return { text: "x".repeat(900_000) };
  });
  const server = await start(serve, router);
  const line = await slowLine(server.port);
  const peer = new Peer(line.port);
  await peer.opened;
  peer.request(1);
  await wait(100);
  await server.stop({ timeoutMs: 5_000 });
  const code = await peer.closed;
  line.close();
  const [answer = "{}"] = peer.answers;
  return { bytes: (JSON.parse(answer) as { payload?: { text: string } }).payload?.text.length ?? 0, code };
}

const authenticateLate = async () => (await wait(800), {});

async function late(serve: Serve): Promise<Findings["late"]> {
  let opened = 0;
  const router = createRouter({ logger: quiet }).onOpen(() => void opened++);
  const server = await start(serve, router, { authenticate: authenticateLate });
  const peer = new Peer(server.port);
  await wait(100);
  await server.stop({ timeoutMs: 200 });
  await wait(1_000);
  return { opened: await peer.opened, onOpen: opened, left: router.connections.size };
}

const endless = (): Response =>
  new Response(new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode("data\n")) }));

/** Milliseconds that a server needs to stop while a TCP connection is open on which this was sent. */
async function stopsWith(serve: Serve, sent: string): Promise<number> {
  const server = await start(serve, createRouter(), { path: "/ws", fetch: endless });
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.on("data", () => {});
  socket.write(sent);
  await wait(200);
  const begun = performance.now();
  await Promise.race([server.stop({ timeoutMs: 1_000 }), wait(8_000)]);
  socket.destroy();
  return Math.round(performance.now() - begun);
}

/** Milliseconds that a server needs to stop while an `onClose` never ends, and nothing else keeps the process alive. */
async function unclosed(serve: Serve): Promise<number> {
  let closing = 0;
  const router = createRouter({ logger: quiet, limits: { closeGraceMs: 500 } });
  router.onClose(() => {
    closing++;
    return new Promise<void>(() => {});
  });
  const server = await start(serve, router);
  const peers = Array.from({ length: 20 }, () => new Peer(server.port));
  await Promise.all(peers.map((peer) => peer.opened));
  for (const peer of peers) peer.close();
  await Promise.all(peers.map((peer) => peer.closed));
  const begun = performance.now();
  await server.stop({ timeoutMs: 5_000 });
  return closing === peers.length ? Math.round(performance.now() - begun) : Infinity;
}

const never = (): Promise<never> => new Promise(() => {});

async function other(serve: Serve): Promise<Findings["other"]> {
  let sessionsClosed = 0;
  const session = { follow: never, unfollow() {}, publish: never, probe: never, reconnect() {} };
  const engine = { name: "none", connect: () => ({ ...session, close: () => void sessionsClosed++ }) };
  const router = createRouter({ engine });
  const [stops, goesOn] = [await start(serve, router), await start(serve, router)];
  const peer = new Peer(goesOn.port);
  await peer.opened;
  await stops.stop({ timeoutMs: 100 });
  const peerClosed = await Promise.race([peer.closed.then(() => true), wait(200).then(() => false)]);
  const again = new Peer(goesOn.port);
  const newPeer = await again.opened;
  const closed = sessionsClosed;
  peer.close();
  again.close();
  await goesOn.stop({ timeoutMs: 100 });
  return { peerClosed, newPeer, sessionsClosed: closed };
}

async function fetchLater(): Promise<Response> {
  await wait(400);
  return new Response("whole");
}

async function limitless(serve: Serve): Promise<Findings["limitless"]> {
  const answers: string[] = [];
  for (const timeoutMs of [Infinity, 2 ** 31]) {
    const server = await start(serve, createRouter(), { path: "/ws", fetch: fetchLater });
    const answer = fetch(`http://127.0.0.1:${server.port}/`).then((response) => response.text(), String);
    await wait(100);
    await Promise.race([server.stop({ timeoutMs }), wait(8_000)]);
    answers.push(await answer);
  }
  return answers;
}

/** Goes through all situations and prints what became of them, as JSON on the last line. */
export async function findStopping(serve: Serve): Promise<void> {
  const found: Findings = {
    underWay: await underWay(serve),
    slowAnswer: await slowAnswer(serve),
    late: await late(serve),
    tookMs: {
      idle: await stopsWith(serve, ""),
      half: await stopsWith(serve, "GET / HTTP/1.1\r\nHo"),
      endless: await stopsWith(serve, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
      unclosed: await unclosed(serve),
    },
    other: await other(serve),
    limitless: await limitless(serve),
    fetched: await fetched(serve),
  };
  console.log(JSON.stringify(found));
}
