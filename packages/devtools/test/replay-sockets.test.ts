import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { handlers } from "@ws-kit/client/parts";
import { presence } from "@ws-kit/client/presence";
import { streams } from "@ws-kit/client/streams";
import { wsClient } from "@ws-kit/client/zod";
import { serve } from "@ws-kit/node";
import { createTestServer } from "@ws-kit/testing";
import { createRouter, message, rpc, topic, z } from "@ws-kit/zod";
import { expect, it, onTestFinished } from "vitest";
import { msgpack } from "../../client/test/codecs.ts";
import { devtools } from "../src/index.ts";
import { parseSession, replay } from "../src/replay.ts";

const text = z.string();
const Said = message.fromServer("SAID", { text });
const Say = message("SAY", { text });
const Join = message("JOIN");
const Turn = rpc("TURN", {}, "TURNED", { n: z.number() }, { stream: { fromClient: { text }, fromServer: { text } } });
const Confirm = rpc.fromServer("CONFIRM", { question: text }, "CONFIRMED", { yes: z.boolean() });
const Leave = message("LEAVE");
const Room = topic("room", [Said], { presence: { state: z.object({ name: text }) } });

interface Changes {
  readonly shout?: boolean;
  readonly resume?: boolean;
  readonly codec?: typeof msgpack;
}

/** A room whose door takes its time, as a database does. */
function room({ shout = false, ...options }: Changes = {}) {
  const router = createRouter({ topics: [Room], heartbeat: { intervalMs: 500, timeoutMs: 400 }, ...options });
  const tools = devtools(router);
  const said = (of: string): string => (shout ? of.toUpperCase() : of);
  router
    .topic(Room, { authorize: () => true })
    .on(Join, async (ctx) => {
      await pause(20);
      await ctx.topics.subscribe(Room());
    })
    .on(Say, async (ctx) => {
      const here = await router.presence.count(Room());
      void ctx.publish(Room(), Said, { text: `${said(ctx.payload.text)} to ${here}` });
    })
    .on(Leave, async (ctx) => {
      const { payload } = await ctx.request(Confirm, { question: "Sure?" });
      ctx.send(Said, { text: said(payload.yes ? "bye" : "stay") });
    })
    .rpc(Turn, async (ctx) => {
      let n = 0;
      for await (const item of ctx.incoming) {
        await ctx.write({ text: said(`<${item.text}>`) });
        n++;
      }
      return { n };
    });
  return { router, tools };
}

async function served(changes: Changes): Promise<{ url: string; tools: ReturnType<typeof room>["tools"] }> {
  const { router, tools } = room(changes);
  const server = serve(router, { port: 0, hostname: "127.0.0.1", path: "/ws" });
  await server.ready;
  onTestFinished(() => server.stop());
  return { url: `ws://127.0.0.1:${server.port}/ws`, tools };
}

/** A line that can be cut. */
async function lineTo(url: string): Promise<{ via: string; cut: () => void }> {
  const ends = new Set<Socket>();
  const line = createServer((near) => {
    const far = connect(Number(new URL(url).port), "127.0.0.1");
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end);
      end.on("error", () => {}).on("close", () => other.destroy());
      end.pipe(other);
    }
  }).listen(0, "127.0.0.1");
  await once(line, "listening");
  onTestFinished(() => void line.close());
  return {
    via: `ws://127.0.0.1:${(line.address() as AddressInfo).port}/ws`,
    cut: () => ends.forEach((end) => end.destroy()),
  };
}

/** Ada and bob in the room, with all that travels; ada's line breaks where she can come back. */
async function recorded(changes: Changes): Promise<string> {
  const { url, tools } = await served(changes);
  const { via, cut } = await lineTo(url);
  const recording = tools.record();
  const clients = [via, url].map((at) => {
    const client = wsClient({ url: at, use: [streams(), handlers(), presence()], codec: changes.codec });
    onTestFinished(() => client.close());
    client.handle(Confirm, () => ({ yes: true }));
    return client;
  });
  const [ada, bob] = clients as [(typeof clients)[0], (typeof clients)[0]];
  const heard: string[] = [];
  bob.on(Said, ({ payload }) => heard.push(payload.text));
  for (const client of clients) {
    await client.connect();
    client.send(Join);
  }
  await pause(60);
  const here = bob.subscribe(Room());
  here.track({ name: "bob" });
  await expect.poll(() => here.presence.size).toBe(1);
  ada.send(Say, { text: "first" });
  await expect.poll(() => heard).toContain("first to 1");
  if (changes.resume === true) cut();
  ada.send(Say, { text: "second" });
  await expect.poll(() => heard).toContain("second to 1");
  const turning = ada.stream(Turn, {}, { send: Array.from({ length: 100 }, (_, n) => ({ text: `item ${n}` })) });
  for await (const _ of turning);
  await turning.result;
  bob.send(Leave);
  await expect.poll(() => heard).toContain("bye");
  for (const client of clients) await client.close();
  await expect.poll(() => parseSession(recording.stop()).events.filter(({ close }) => close).length).toBe(2);
  return recording.stop();
}

const KINDS: [string, Changes][] = [
  ["JSON", {}],
  ["JSON, and lines that break", { resume: true }],
  ["MessagePack", { codec: msgpack }],
  ["MessagePack, and lines that break", { codec: msgpack, resume: true }],
];

it.each(KINDS)(
  "streams, requests of the server and presence replay as they were, and turn red with a handler: %s",
  async (_, changes) => {
    const session = await recorded(changes);
    const { codec } = changes;
    for (let round = 0; round < 5; round++) {
      const replayed = await replay(session, { url: (await served(changes)).url, codec });
      expect(String(replayed)).toMatch(/^The same: 2 connections/);
    }
    expect(String(await replay(session, { server: createTestServer(room(changes).router) }))).toMatch(/^The same/);
    const red = await replay(session, { url: (await served({ ...changes, shout: true })).url, codec });
    expect(String(red)).toContain('payload.text: expected "first to 1", got "FIRST to 1"');
    expect(String(red)).toContain("$ws:chunk");
  },
  60_000,
);
