import { heapStats } from "bun:jsc";
import { admit, createRouter, Hub, prepare, type Admission } from "@ws-kit/core";
import { NullSocket } from "./cases.ts";

const CONNECTIONS = 10_000;

/** Bytes of the heap that one idle connection keeps, without its runtime's own socket: from its upgrade to its rest. */
function bytesOfConnection(topic: string | undefined): number {
  const router = createRouter();
  if (topic !== undefined) router.onOpen((ctx) => void ctx.topics.subscribe(topic));
  const hub = new Hub(router["~core"]);
  const req = new Request("http://bench/", { headers: { upgrade: "websocket" } });
  const open: object[] = [];
  const connect = () => {
    const { data, clientId } = admit(hub, req, {}) as Admission;
    const socket = Object.assign(new NullSocket(), { data: prepare(hub, data, clientId) });
    router.websocket.open(socket);
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

process.stdout.write(`${JSON.stringify({ idle: bytesOfConnection(undefined), topic: bytesOfConnection("room") })}\n`);
