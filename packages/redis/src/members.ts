import type { MemberStore, Packet } from "@ws-kit/core/extend";
import { type Command, type Reply, runScript, textOf } from "./run-script.ts";
import { DROP, ENTRIES, NAMES, RELEASE, RENEW } from "./scripts.ts";

/** Sets of a dead node that are swept at once. */
const TOGETHER = 100;

/**
 * Where one Redis server keeps what nodes say of themselves: leases in a sorted set, by when they end on the server's own clock;
 * a hash for each set, with fields `node:entry`; and for each node a set of the names of those in which it has any.
 */
export class RedisMembers implements MemberStore {
  private readonly prefix: string;
  private readonly command: () => Command;

  /** @param command What sends a command now. @throws Error where there is no connection. */
  constructor(prefix: string, command: () => Command) {
    this.prefix = prefix;
    this.command = command;
  }

  async renew(node: string, leaseMs: number, begins: boolean): Promise<ReadonlyMap<string, number> | undefined> {
    const args = [node, String(leaseMs), begins ? "1" : ""];
    const reply = await runScript(this.command(), RENEW, [this.leases], args);
    if (reply === null) return undefined;
    return new Map(pairs(reply).map(([name, left]) => [name, Number(left)]));
  }

  release(node: string, inMs: number): Promise<Reply> {
    return runScript(this.command(), RELEASE, [this.leases], [node, String(inMs)]);
  }

  write(
    set: string,
    node: string,
    changes: ReadonlyMap<string, string | undefined>,
    isEmpty: boolean,
  ): Promise<readonly Reply[]> {
    const command = this.command();
    const [key, index] = [this.key(set), this.index(node)];
    const kept = [...changes].flatMap(([entry, text]) => (text === undefined ? [] : [`${node}:${entry}`, text]));
    const dropped = [...changes].flatMap(([entry, text]) => (text === undefined ? [`${node}:${entry}`] : []));
    const commands: string[][] = [];
    // Named first: what is found of a dead node by nobody would stay for ever.
    if (kept.length > 0) commands.push(["SADD", index, set], ["HSET", key, ...kept]);
    if (dropped.length > 0) commands.push(["HDEL", key, ...dropped]);
    if (isEmpty) commands.push(["SREM", index, set]);
    return Promise.all(commands.map((args) => command(args)));
  }

  async read(set: string): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    const nodes = new Map<string, Map<string, string>>();
    for (const [field, text] of pairs(await runScript(this.command(), ENTRIES, [this.key(set), this.leases], []))) {
      const end = field.indexOf(":");
      const node = field.slice(0, end);
      let entries = nodes.get(node);
      if (entries === undefined) nodes.set(node, (entries = new Map()));
      entries.set(field.slice(end + 1), text);
    }
    return nodes;
  }

  async sweep(node: string): Promise<void> {
    const command = this.command();
    const index = this.index(node);
    const sets = ((await runScript(command, NAMES, [index], [])) as readonly Reply[]).map((set) =>
      textOf(set as Packet),
    );
    for (let i = 0; i < sets.length; i += TOGETHER) {
      const some = sets.slice(i, i + TOGETHER);
      await Promise.all(some.map((set) => runScript(command, DROP, [this.key(set)], [`${node}:`])));
    }
    await Promise.all([command(["DEL", index]), command(["ZREM", this.leases, node])]);
  }

  private get leases(): string {
    return `${this.prefix}~nodes`;
  }

  private key(set: string): string {
    return `${this.prefix}~e:${set}`;
  }

  private index(node: string): string {
    return `${this.prefix}~n:${node}`;
  }
}

function pairs(reply: Reply): [string, string][] {
  const flat = reply as readonly Packet[];
  const found: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) found.push([textOf(flat[i] ?? ""), textOf(flat[i + 1] ?? "")]);
  return found;
}
