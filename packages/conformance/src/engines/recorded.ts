import type { Engine } from "@ws-kit/core/extend";
import { BYTES, RecordedNode, RecordedPeer } from "./recorded-node.ts";
import type { EngineServer } from "./servers.ts";
import { until, wait } from "./world.ts";

/** What became of recorded topics, as plain data: found on Node by the test itself, on Bun by a process of its own. */
export interface RecordedFindings {
  readonly returned: Told;
  /** The same with a codec that makes bytes; undefined where the engine takes none. */
  readonly inBytes: Told | undefined;
  readonly together: Together;
  /** What was said to one whose grant was revoked, at a node that began later, and once more with what was given instead. */
  readonly revoked: readonly string[];
  readonly repeated: { readonly duplicates: number; readonly heard: number };
  readonly killed: Told & { readonly failed: number };
}

interface Together {
  readonly same: boolean;
  readonly count: number;
  readonly failed: readonly string[];
  readonly statuses: readonly string[];
  readonly wrong: readonly string[];
}

interface Told {
  readonly heard: readonly string[];
  readonly statuses: readonly string[];
  readonly wrong: readonly string[];
}

type Nodes = readonly [RecordedNode, RecordedNode];

/**
 * @param server Keeps what it has, also when it is killed.
 * @param takesBytes Whether the engine goes with a codec that makes bytes.
 */
export async function findRecorded(
  makeEngine: () => Engine,
  server: EngineServer,
  takesBytes = true,
): Promise<RecordedFindings> {
  const nodes = [new RecordedNode(makeEngine()), new RecordedNode(makeEngine())] as const;
  try {
    await Promise.all(nodes.map((node) => node.up()));
    return {
      returned: await returned(nodes),
      inBytes: takesBytes ? await inBytes(makeEngine) : undefined,
      together: await together(nodes),
      revoked: await revoked(makeEngine),
      repeated: await repeated(nodes),
      killed: await killed(nodes, server),
    };
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
}

/** Loses the connection to one node, and returns to the other. */
export async function returned([here, there]: Nodes, room = "returned"): Promise<Told> {
  const peer = new RecordedPeer(room);
  await here.join(peer);
  for (const text of ["1", "2"]) await there.say(peer.room, text);
  await until(() => peer.heard.length === 2);
  peer.lose();
  for (const text of ["3", "4 é🎈\n"]) await here.say(peer.room, text);
  await there.join(peer);
  await here.say(peer.room, "5");
  await until(() => peer.heard.length >= 5);
  return told(peer);
}

async function inBytes(makeEngine: () => Engine): Promise<Told> {
  const nodes = [new RecordedNode(makeEngine(), BYTES), new RecordedNode(makeEngine(), BYTES)] as const;
  try {
    await Promise.all(nodes.map((node) => node.up()));
    return await returned(nodes, "in bytes");
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
}

async function revoked(makeEngine: () => Engine): Promise<readonly string[]> {
  const peer = new RecordedPeer("revoked");
  const nodes: RecordedNode[] = [];
  const begin = async (): Promise<RecordedNode> => {
    // An engine may garble nothing of an id.
    const node = new RecordedNode(makeEngine(), undefined, "zoë ☕");
    nodes.push(node);
    await node.up();
    return node;
  };
  try {
    const here = await begin();
    await here.join(peer);
    await here.revoke(peer.room);
    const later = await begin();
    for (let i = 0; i < 2; i++) {
      peer.lose();
      await later.join(peer);
    }
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
  return peer.statuses;
}

/** Two publish at once, and two follow. */
async function together([here, there]: Nodes): Promise<Together> {
  const peers = [new RecordedPeer("together"), new RecordedPeer("together")] as const;
  await here.join(peers[0]);
  await there.join(peers[1]);
  const count = 200;
  const say = (n: number) => (n % 2 === 0 ? here : there).say("together", String(n), { ack: true });
  const results = await Promise.all(Array.from({ length: count }, (_, n) => say(n)));
  await until(() => peers.every(({ heard }) => heard.length >= count)).catch(() => {});
  const [one, other] = peers;
  return {
    same: one.heard.join() === other.heard.join(),
    count: new Set(one.heard).size,
    failed: results.flatMap((result) => (result.ok ? [] : [result.error.message])),
    statuses: peers.flatMap(({ statuses }) => statuses),
    wrong: peers.flatMap(({ wrong }) => wrong),
  };
}

/** The same message again and again, by both nodes, and the same id on another topic. */
async function repeated([here, there]: Nodes): Promise<RecordedFindings["repeated"]> {
  const peer = new RecordedPeer("repeated");
  await here.join(peer);
  const says = [here, there, here, there].map((node) => node.say(peer.room, "once", { id: "same", ack: true }));
  says.push(here.say("other", "once", { id: "same" }));
  const results = await Promise.all(says);
  await here.say(peer.room, "twice");
  await until(() => peer.heard.length >= 2);
  return { duplicates: results.filter((result) => result.ok && result.duplicate).length, heard: peer.heard.length };
}

/** The engine dies while one follows and another one is away, and something is published that is repeated until it is there. */
async function killed([here, there]: Nodes, server: EngineServer): Promise<RecordedFindings["killed"]> {
  const [stays, returns] = [new RecordedPeer("killed"), new RecordedPeer("killed")];
  await here.join(stays);
  await here.join(returns);
  await there.say(stays.room, "1");
  await until(() => [stays, returns].every(({ heard }) => heard.length === 1));
  returns.lose();
  await there.say(stays.room, "2");
  await server.kill();
  await until(() => there.router.cluster?.state === "down");
  const failed = await there.say(stays.room, "nobody gets it");
  const acked = there.say(stays.room, "3", { ack: true });
  await wait(500);
  await server.restart();
  const result = await acked;
  await until(() => [here, there].every(({ router }) => router.cluster?.state === "up"));
  await there.join(returns);
  await here.say(stays.room, "4");
  await until(() => [stays, returns].every(({ heard }) => heard.length >= 4));
  if (!result.ok) throw result.error;
  const wrong = [...stays.wrong, ...returns.wrong];
  return { ...told(returns), heard: [...stays.heard, ...returns.heard], wrong, failed: failed.ok ? 0 : 1 };
}

/** As it is now: more comes while it is connected. */
function told({ heard, statuses, wrong }: RecordedPeer): Told {
  return { heard: [...heard], statuses: [...statuses], wrong: [...wrong] };
}
