import { choices } from "../../../test/random.ts";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startConformance } from "../../cloudflare/test/workerd.ts";
import { startInMemory } from "../../testing/test/target.ts";
import { Peer } from "../src/peer.ts";
import { spawnTarget } from "../src/real.ts";
import { Refusal, type Target } from "../src/target.ts";

const PACKAGES = join(import.meta.dirname, "../..");

/** Not Deno: there a frame that was read together with another is handled before the other's promise callbacks. */
const RUNTIMES: Readonly<Record<string, () => Promise<Target>>> = {
  bun: () => spawnTarget("bun", [join(PACKAGES, "bun/test/server.ts")]),
  node: () => spawnTarget(process.execPath, [join(PACKAGES, "node/test/server.ts")]),
  workerd: () => startConformance(),
  "in memory": startInMemory,
};

const STEPS = 60;

/** One thing that a client may do: right, wrong, or odd. */
function action(roll: (sides: number) => number, room: string): (peer: Peer) => void {
  const text = "x".repeat(roll(40));
  const topic = `${room}-${roll(3)}`;
  const id = `id-${roll(4)}`;
  const how = ["sync", "async", "string", "kit", "kitAsync", "ctx"][roll(6)] ?? "";
  const frames: (readonly [type: string, payload?: unknown, meta?: object])[] = [
    ["ECHO", { text }],
    ["ECHO_ASYNC", { text }],
    ["ECHO", { text: 5 }],
    ["ECHO", { text }, { correlationId: id }],
    ["NOTHING", { odd: [1, { two: 3 }] }],
    ["UNKNOWN", text, { correlationId: id }],
    ["JOIN", { room: topic }],
    ["JOIN", { room: "secret" }],
    ["LEAVE", { room: topic }],
    ["LEAVE_ALL"],
    ["SAY", { room: topic, text }],
    ["SAY", { room: topic, text, excludeSelf: true }],
    ["SAY", { room: topic, text, onlyRole: "admin" }],
    ["SAY_MATCHED", { room: topic, text }, { correlationId: id }],
    ["TRY_JOIN", { room: topic.repeat(1 + roll(40)) }, { correlationId: id }],
    ["ADD", { a: roll(9), b: roll(9) }, { correlationId: id }],
    ["ADD_ASYNC", { a: roll(9), b: roll(9) }, { correlationId: id, timeoutMs: 1_000 }],
    ["ADD_PLAIN", { a: roll(9) }, { correlationId: id }],
    ["ADD", { a: 1, b: 2 }, { correlationId: roll(2) === 0 ? "" : 7 }],
    ["COUNT", { to: roll(4) }, { correlationId: id }],
    ["WAIT", { gate: `${room}-${id}` }, { correlationId: id }],
    ["RELEASE", { gate: `${room}-${id}` }],
    ["$ws:abort", undefined, { correlationId: id }],
    ["$ws:ping"],
    ["THROW", { how }],
    ["THROW_RPC", { how }, { correlationId: id }],
    ["FIND", { id }, { correlationId: id }],
    ["SILENT", undefined, { correlationId: id }],
    ["TRACE", { n: roll(3) }, { traceId: roll(2) === 0 ? "t" : 1 }],
    ["LEAK"],
    ["PASSED", { n: 1 }, { correlationId: id }],
    ["DROPPED_RPC", undefined, { correlationId: id }],
    ["MERGED", undefined, { correlationId: id }],
    ["admin.MOUNTED", undefined, { correlationId: id }],
    ["WHO", undefined, { correlationId: id }],
  ];
  const raw = ["{", "[]", "null", '{"type":""}', '{"type":"$ws:odd"}', "", '{"type":"ERROR"}'];
  const pick = roll(frames.length + 3);
  const frame = frames[pick];
  if (frame !== undefined) return (peer) => peer.send(...frame);
  return (peer) => peer.write(raw[roll(raw.length)] ?? "");
}

/** What differs from run to run by design. */
function comparable(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<uuid>");
}

/** Three clients do so many things, one after the other; what each of them read and how it ended. */
async function play(target: Target, seed: number, steps: number): Promise<string[]> {
  const roll = choices(seed);
  const transcript: string[] = [];
  const peers: Peer[] = [];
  for (const role of ["admin", "user", "user"]) {
    const peer = new Peer();
    peer.wire = await target.connect(
      `/main?test=s${seed}&role=${role}`,
      { protocols: ["chat.v1"] },
      { message: (packet) => peer.receive(packet), closed: (code, reason) => peer.ended(code, reason) },
    );
    peers.push(peer);
  }
  for (let step = 0; step < steps; step++) {
    const index = roll(peers.length);
    const act = action(roll, `s${seed}`);
    act(peers[index] as Peer);
    for (const [at, peer] of peers.entries()) {
      // The one that acted first: what its message led to is then on its way to the others.
      const who = (index + at) % peers.length;
      for (const frame of await (peers[who] ?? peer).settle()) transcript.push(`${step} ${who} ${comparable(frame)}`);
    }
  }
  const [first, second, third] = peers as [Peer, Peer, Peer];
  transcript.push(...(await burst(second, roll, `s${seed}`)));
  first.send("CLOSE_ME", { code: 4000 + roll(900), reason: "bye ".repeat(roll(60)) });
  second.wire.close(3000 + roll(900), "done");
  third.wire.send(new Uint8Array(3));
  for (const peer of peers) transcript.push(`end ${comparable(await peer.closed)}`);
  return transcript;
}

/** One client sends much in one write, without waiting for any answer. */
async function burst(peer: Peer, roll: (sides: number) => number, room: string): Promise<string[]> {
  const texts: string[] = [];
  const { wire } = peer;
  peer.wire = { ...wire, send: (text) => void texts.push(String(text)) };
  for (let n = 0; n < STEPS; n++) action(roll, room)(peer);
  peer.wire = wire;
  // Too many of these end the connection.
  wire.sendTogether(texts.filter((text) => text.startsWith('{"type":"') && !/"type":"(?:"|ERROR|\$ws:odd)/.test(text)));
  return (await peer.settle()).map((frame) => `burst ${comparable(frame)}`);
}

/** What a client sees of upgrades that are refused. */
async function refusals(target: Target): Promise<string[]> {
  const seen: string[] = [];
  for (const [path, headers] of [
    ["/main?auth=null", {}],
    ["/main?auth=response", {}],
    ["/main?auth=error", {}],
    ["/main", { origin: "https://evil.example" }],
    ["/nowhere", {}],
  ] as const) {
    const refused = await target
      .connect(path, { headers }, { message: () => {}, closed: () => {} })
      .catch((e: unknown) => e);
    if (!(refused instanceof Refusal)) throw new Error(`${path} was accepted`);
    // Runtimes spell their own default differently.
    const type = String(refused.headers["content-type"]).toLowerCase().replace(" ", "");
    seen.push(`${path} ${refused.status} ${refused.body} ${type}`);
  }
  return seen;
}

test("the same script gives the same transcript on every runtime", { timeout: 120_000 }, async () => {
  const started = Object.entries(RUNTIMES).map(async ([name, start]) => [name, await start()] as const);
  const targets = await Promise.all(started);
  onTestFinished(() => Promise.all(targets.map(([, target]) => target.stop())).then(() => {}));
  const [[, reference], ...others] = targets as [(typeof targets)[number], ...typeof targets];
  const refused = await refusals(reference);
  for (const [name, target] of others) expect([name, ...(await refusals(target))]).toEqual([name, ...refused]);

  for (let seed = 1; seed <= 8; seed++) {
    const expected = await play(reference, seed, STEPS);
    // The script does something: a transcript that is short would compare nothing.
    expect(expected.length).toBeGreaterThan(STEPS / 2);
    expect(expected.filter((line) => line.startsWith("burst")).length).toBeGreaterThan(STEPS / 4);
    for (const [name, target] of others) {
      expect([name, ...(await play(target, seed, STEPS))]).toEqual([name, ...expected]);
    }
  }
});
