import { heapStats } from "bun:jsc";
import { createAdmit, Hub, prepare, type Admission } from "@ws-kit/core/adapter";
import { createRouter } from "@ws-kit/core";
import { NullSocket } from "./cases.ts";

const CONNECTIONS = 10_000;

/**
 * Bytes of the heap that one idle connection keeps, without its runtime's own socket: from its upgrade to its rest.
 * @param resume It has said that it may come back.
 */
function bytesOfConnection(topic: string | undefined, resume: boolean): number {
  const router = createRouter({ resume });
  if (topic !== undefined) router.onOpen((ctx) => void ctx.topics.subscribe(topic));
  const hub = new Hub(router);
  const req = new Request("http://bench/", { headers: { host: "bench", upgrade: "websocket" } });
  const admit = createAdmit({ maxUpgradesPerSecond: Infinity });
  const peer = () => ({ remoteAddress: undefined, request: req });
  const open: object[] = [];
  const connect = () => {
    const { data, clientId } = admit(hub, req, peer) as Admission;
    const socket = Object.assign(new NullSocket(), { data: prepare(hub, data, clientId) });
    router.websocket.open(socket);
    if (resume) router.websocket.message(socket, '{"type":"$ws:ack","payload":{"received":0}}');
    // What was sent is the network's.
    socket.last = "";
    open.push(socket);
  };
  for (let i = 0; i < 100; i++) connect();
  Bun.gc(true);
  const before = heapStats().heapSize;
  for (let i = 0; i < CONNECTIONS; i++) connect();
  Bun.gc(true);
  const bytes = (heapStats().heapSize - before) / CONNECTIONS;
  if (hub.connections.size < CONNECTIONS || open.length < CONNECTIONS) throw new Error("Not all are open");
  return Math.round(bytes);
}

/**
 * In a process of its own: what a first measurement leaves to the collector would count for the second. The least of two,
 * since one or the other finds some garbage that has not been collected.
 */
function apart(kind: string): number {
  const measured = [1, 2].map(() =>
    Number(Bun.spawnSync([process.execPath, import.meta.path, kind]).stdout.toString()),
  );
  return Math.min(...measured);
}

const kind = process.argv[2];
const found =
  kind === undefined
    ? JSON.stringify({ idle: apart("idle"), topic: apart("topic"), resume: apart("resume") })
    : bytesOfConnection(kind === "topic" ? "room" : undefined, kind === "resume");
process.stdout.write(`${found}\n`);
