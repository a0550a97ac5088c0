import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CAPABILITIES, type AdapterName, type Capabilities } from "./capabilities.ts";

const PACKAGES = join(import.meta.dirname, "../..");

const NAMES: Readonly<Record<AdapterName, string>> = {
  bun: "Bun",
  node: "Node",
  cloudflare: "Workers",
  deno: "Deno",
  testing: "in memory",
};

/** What the documentation calls each capability. */
const ROWS: Readonly<Record<keyof Capabilities, string>> = {
  pingFrames: "heartbeat by ping frames (otherwise by `$ws:ping`, which clients answer)",
  bufferedAmount: "closes slow consumers with 1013 (`maxBufferedBytes`)",
  pauseReading: "stops reading from a peer too far ahead (otherwise refuses, `maxPendingMessages`)",
  terminate: "drops a dead peer's connection at once",
  silentPeers: "ends a silent peer that answers no ping, without a heartbeat (after 120 s)",
  nativeTopics: "publishes through the runtime's own topics",
  hibernation: "sleeps with its connections open, and wakes with their data and topics",
  compression: "option `compression`",
  idleTimeout: "option `idleTimeoutSeconds`",
  payloadCap: "`maxPayloadBytes` holds in the runtime (otherwise once a frame is read)",
  strictFrames: "closes 1002 or 1007 for every frame that breaks RFC 6455",
  crossingFrames: "closes cleanly while frames of the peer are under way",
  framesApart: "runs promise callbacks between two frames that were read at once",
  network: "real sockets",
  rawRequests: "answers a bad `Host`, method or `Connection` itself (otherwise the runtime does, or takes it)",
  upgradeLists: "upgrades a client that offers another protocol beside WebSocket (otherwise 426)",
};

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** The table of capabilities in `docs/adapters.md`, in Markdown. */
export function capabilityTable(): string {
  const adapters = Object.keys(NAMES) as AdapterName[];
  return [
    line(["what", ...adapters.map((name) => NAMES[name])]),
    line(["---", ...adapters.map(() => ":-:")]),
    ...(Object.keys(ROWS) as (keyof Capabilities)[]).map((row) =>
      line([ROWS[row], ...adapters.map((name) => (CAPABILITIES[name][row] ? "✓" : "–"))]),
    ),
  ].join("\n");
}

/** How many lines of code an adapter has: without tests, blank lines and comments. */
export function linesOf(name: AdapterName): number {
  const folder = join(PACKAGES, name, "src");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .flatMap((file) => readFileSync(join(folder, file), "utf8").split("\n"))
    .filter((text) => !/^\s*(?:$|\/\/|\/\*|\*)/.test(text)).length;
}
