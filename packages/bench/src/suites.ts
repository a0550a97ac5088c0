import { json, socketIo, trpc, type Dialect } from "./load/dialects.ts";
import type { ServerSpec } from "./load/server-process.ts";

/** One server under one workload. */
export interface Entry {
  readonly name: string;
  readonly server: ServerSpec;
  readonly dialect: Dialect;
}

/** Servers that are compared under one workload, in turns; the first is what the others are measured against. */
export interface Suite {
  readonly name: string;
  readonly workload:
    | {
        readonly kind: "requests";
        readonly type: "ECHO" | "ASK" | "ASK_RETURNED";
        readonly textBytes: number;
        readonly inFlight: number;
        /** Default 50. */
        readonly connections?: number;
      }
    | { readonly kind: "publish"; readonly followers: number };
  readonly entries: readonly Entry[];
}

function bun(name: string, file: string, args: readonly string[] = [], dialect: Dialect = json): Entry {
  return { name, dialect, server: { name, runtime: "bun", file, args } };
}

function node(name: string, file: string, args: readonly string[] = [], dialect: Dialect = json): Entry {
  return { name, dialect, server: { name, runtime: "node", file, args } };
}

const hand = bun("hand-written", "hand-written");
/** The baseline once more: how far from 1 it comes out is how much a ratio of this run can be trusted. */
const handAgain = bun("hand-written, again", "hand-written");
const wsKit = bun("ws-kit", "ws-kit-bun");
const socketIoBun = bun("Socket.IO", "socket-io-bun", [], socketIo);
const small = { kind: "requests", type: "ECHO", textBytes: 30, inFlight: 16 } as const;

export const suites: readonly Suite[] = [
  {
    name: "Bun: echo",
    workload: small,
    entries: [
      hand,
      handAgain,
      wsKit,
      bun("ws-kit, 100 routes", "ws-kit-bun", ["--routes=100"]),
      bun("ws-kit, 2,000 routes", "ws-kit-bun", ["--routes=2000"]),
      bun("crossws by hand", "crossws"),
      bun("Elysia", "elysia"),
      bun("Hono helper", "hono"),
      socketIoBun,
      bun("raw Bun, no JSON", "raw-bun"),
    ],
  },
  {
    name: "Bun: echo, middleware",
    workload: small,
    entries: [
      bun("ws-kit", "ws-kit-bun"),
      bun("ws-kit, again", "ws-kit-bun"),
      bun("ws-kit, middleware ×3", "ws-kit-bun", ["--middleware=3"]),
    ],
  },
  {
    name: "Bun: echo, extensions",
    workload: small,
    entries: [
      bun("ws-kit", "ws-kit-bun"),
      bun("ws-kit, again", "ws-kit-bun"),
      bun("ws-kit, rate limit as a gate", "ws-kit-bun", ["--limit=gate"]),
      bun("ws-kit, rate limit as middleware", "ws-kit-bun", ["--limit=middleware"]),
      bun("ws-kit, telemetry of 1 %", "ws-kit-bun", ["--telemetry=0.01"]),
    ],
  },
  {
    name: "Bun: echo, reply unchecked",
    workload: small,
    entries: [
      bun("hand-written", "hand-written", ["--unchecked"]),
      bun("ws-kit, validateOutgoing: false", "ws-kit-bun", ["--off"]),
    ],
  },
  {
    name: "Bun: echo, valibot",
    workload: small,
    entries: [bun("hand-written", "hand-written", ["--valibot"]), bun("ws-kit", "ws-kit-bun", ["--valibot"])],
  },
  {
    name: "Bun: echo, asynchronous handlers",
    workload: small,
    entries: [
      bun("hand-written, nobody waits", "hand-written", ["--async"]),
      bun("hand-written, in order", "hand-written", ["--async", "--in-order"]),
      bun("ws-kit", "ws-kit-bun", ["--async"]),
    ],
  },
  {
    name: "Bun: echo, handlers that wait",
    workload: small,
    entries: [
      bun("hand-written, nobody waits", "hand-written", ["--async", "--awaits"]),
      bun("hand-written, in order", "hand-written", ["--async", "--awaits", "--in-order"]),
      bun("ws-kit", "ws-kit-bun", ["--async", "--awaits"]),
    ],
  },
  {
    name: "Bun: rpc",
    workload: { ...small, type: "ASK" },
    entries: [hand, handAgain, wsKit, socketIoBun],
  },
  {
    name: "Bun: echo of 64 KB",
    workload: { ...small, textBytes: 65_000, inFlight: 2 },
    entries: [hand, handAgain, wsKit],
  },
  {
    name: "Bun: publish to 500",
    workload: { kind: "publish", followers: 500 },
    entries: [hand, handAgain, wsKit, bun("crossws by hand", "crossws"), bun("Elysia", "elysia"), socketIoBun],
  },
  {
    name: "Bun: publish to 5,000",
    workload: { kind: "publish", followers: 5_000 },
    entries: [hand, wsKit],
  },
  {
    name: "Node: echo",
    workload: small,
    entries: [
      node("ws by hand", "ws-node"),
      node("ws by hand, corked", "ws-node", ["--cork"]),
      node("ws-kit", "ws-kit-node"),
      node("Socket.IO", "socket-io-node", [], socketIo),
      node("tRPC", "trpc-node", [], trpc),
    ],
  },
  {
    name: "Node: 500 connections, a frame each",
    workload: { ...small, inFlight: 1, connections: 500 },
    entries: [
      node("ws by hand", "ws-node"),
      node("ws by hand, again", "ws-node"),
      node("ws by hand, corked", "ws-node", ["--cork"]),
      node("ws-kit", "ws-kit-node"),
    ],
  },
  {
    name: "Node: publish to 500",
    workload: { kind: "publish", followers: 500 },
    entries: [node("ws by hand", "ws-node"), node("ws-kit", "ws-kit-node")],
  },
];

/** Servers whose idle connections are weighed; raw Bun is what the others are measured against. */
export const memoryEntries: readonly Entry[] = [
  bun("raw Bun", "raw-bun"),
  hand,
  wsKit,
  bun("Elysia", "elysia"),
  socketIoBun,
  node("ws by hand on Node", "ws-node"),
  node("ws-kit on Node", "ws-kit-node"),
];

/** Servers whose start is timed. */
export const startEntries: readonly Entry[] = [hand, wsKit, bun("Elysia", "elysia"), socketIoBun];
