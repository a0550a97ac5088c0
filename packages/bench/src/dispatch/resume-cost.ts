/** What `resume` costs a message and a publish, beside the same router without it: medians of rounds in turns. Prints nanoseconds. */
import { createAdmit, Hub, prepare, type Admission } from "@ws-kit/core/adapter";
import { createRouter, message, z } from "@ws-kit/zod";
import { NullSocket } from "./cases.ts";

const Echo = message("ECHO", { text: z.string() });
const FOLLOWERS = 500;
const ROUNDS = 41;

function bench(resume: boolean) {
  const router = createRouter({ resume });
  router.on(Echo, (ctx) => void ctx.send(Echo, ctx.payload));
  router.onOpen((ctx) => void ctx.topics.subscribe("room"));
  const published: NullSocket[] = [];
  const hub = new Hub(router, {
    // As Bun: it hands the frame to each.
    publish: (_topic, frame) => {
      for (const socket of published) socket.send(frame as string);
    },
  });
  const admit = createAdmit({ maxUpgradesPerSecond: Infinity });
  const req = new Request("http://bench/", { headers: { host: "bench", upgrade: "websocket" } });
  const sockets = Array.from({ length: FOLLOWERS }, () => {
    const { data, clientId } = admit(hub, req, () => ({ remoteAddress: undefined, request: req })) as Admission;
    const socket = Object.assign(new NullSocket(), { data: prepare(hub, data, clientId) });
    router.websocket.open(socket);
    published.push(socket);
    return socket;
  });
  const first = sockets[0] as NullSocket;
  let sent = 0;
  const ack = (socket: NullSocket, received: number): void => {
    if (resume) router.websocket.message(socket, `{"type":"$ws:ack","payload":{"received":${received}}}`);
  };
  for (const socket of sockets) ack(socket, 0);
  const frame = JSON.stringify({ type: "ECHO", payload: { text: "x".repeat(30) } });
  return {
    echo(count: number): void {
      for (let i = 0; i < count; i++) {
        router.websocket.message(first, frame);
        if (++sent % 64 === 0) ack(first, sent);
      }
    },
    publish(count: number): void {
      for (let i = 0; i < count; i++) void router.publish("room", Echo, { text: "x".repeat(30) });
      sent += count;
      for (const socket of sockets) ack(socket, socket === first ? sent : sent - echoed);
    },
    set echoed(count: number) {
      echoed = count;
    },
  };
}
let echoed = 0;

const sides = [bench(false), bench(true), bench(false)] as const;
for (const [name, count] of [
  ["echo", 20_000],
  ["publish", 64],
] as const) {
  const times = sides.map(() => [] as number[]);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, side] of sides.entries()) {
      const start = Bun.nanoseconds();
      side[name](count);
      times[i]?.push((Bun.nanoseconds() - start) / count);
      await Bun.sleep(0);
    }
  }
  if (name === "echo") echoed = 20_000 * ROUNDS;
  const [off = 0, on = 0, again = 0] = times.map((all) => all.toSorted((a, b) => a - b)[ROUNDS >> 1]);
  const ratio = (to: number): string => (to / off).toFixed(3);
  const line = `${name}: off ${off.toFixed(0)} ns, on ${on.toFixed(0)} ns (${ratio(on)}), off again ${ratio(again)}`;
  process.stdout.write(`${line}\n`);
}
