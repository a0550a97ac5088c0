import { headers, type Msg } from "@nats-io/transport-node";
import type { MemberStore } from "@ws-kit/core/extend";
import { answerOf, ApiError, ask, askOnce, consume, storedMessage, type StreamInfo, WRONG_LAST } from "./jetstream.ts";
import type { NatsLogSide } from "./log.ts";
import { token } from "./names.ts";
import type { MemberStreams } from "./streams.ts";

const TIMEOUT_MS = 3_000;
/** What is said to be left of a lease: how much is, the server does not tell of all together, so they are looked at each second. */
const LOOK_MS = 1_000;

/**
 * Where NATS keeps what nodes say of themselves: a stream whose messages are gone after the time of a lease, and one with a
 * message for each node and each of its entries. Both are in memory: what is lost the nodes say again.
 */
export class NatsMembers implements MemberStore {
  private readonly side: () => NatsLogSide;
  private readonly prefix: string;
  /** Number of the last message by which a node has renewed its lease. */
  private readonly renewed: Map<string, number> = new Map();

  /** @param side What it works with now. @throws Error where there is no connection. */
  constructor(side: () => NatsLogSide, prefix: string) {
    this.side = side;
    this.prefix = prefix;
  }

  renew(node: string, leaseMs: number, begins: boolean): Promise<ReadonlyMap<string, number> | undefined> {
    return this.within((connection, names) => this.renewIn(connection, names, node, begins), leaseMs);
  }

  private async renewIn(
    connection: NatsLogSide["connection"],
    { leases, entries }: MemberStreams,
    node: string,
    begins: boolean,
  ): Promise<ReadonlyMap<string, number> | undefined> {
    const conditions = headers();
    conditions.set("Nats-Expected-Last-Subject-Sequence", String(begins ? 0 : (this.renewed.get(node) ?? 0)));
    try {
      const options = { timeout: TIMEOUT_MS, headers: conditions };
      const { seq } = answerOf(await connection.request(this.lease(node), node, options)) as { seq: number };
      if (begins) this.renewed.clear();
      this.renewed.set(node, seq);
    } catch (error) {
      if (error instanceof ApiError && error.code === WRONG_LAST) return undefined;
      throw error;
    }
    if (begins) answerOf(await connection.request(this.known(node), node, { timeout: TIMEOUT_MS }));
    const [live, known] = await Promise.all([
      namesIn(connection, leases, this.lease("*")),
      namesIn(connection, entries, this.known("*")),
    ]);
    const left = new Map([...known].map((name) => [name, 0]));
    for (const name of live) left.set(name, LOOK_MS);
    return left;
  }

  /** Its lease ends by itself. */
  release(): Promise<void> {
    return Promise.resolve();
  }

  async write(set: string, node: string, changes: ReadonlyMap<string, string | undefined>): Promise<void> {
    await this.within((connection, { entries }) =>
      Promise.all(
        [...changes].map(async ([entry, text]) => {
          const subject = this.entry(token(set), node, token(entry));
          if (text === undefined) await askOnce(connection, `STREAM.PURGE.${entries}`, { filter: subject });
          else answerOf(await connection.request(subject, text, { timeout: TIMEOUT_MS }));
        }),
      ),
    );
  }

  read(set: string): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    return this.within((connection, { entries }) => this.readIn(connection, entries, set));
  }

  private async readIn(
    connection: NatsLogSide["connection"],
    entries: string,
    set: string,
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    const nodes = new Map<string, Map<string, string>>();
    const subjects = this.entry(token(set), "*", "*");
    const last = await storedMessage(connection, entries, { last_by_subj: subjects });
    if (last === undefined) return nodes;
    const which = { deliver_policy: "all", filter_subject: subjects };
    const found = await consume(connection, entries, which, last.seq, subjectAndText);
    // Asked afterwards, of the server that leads: the one that sent may not know yet what was taken away. A node is known
    // before it writes anything, and no longer when it was swept.
    const [left, known] = await Promise.all([
      subjectsIn(connection, entries, subjects),
      namesIn(connection, entries, this.known("*")),
    ]);
    for (const [subject, text] of found) {
      const [node = "", entry = ""] = subject.split(".").slice(-2);
      if (!left.has(subject) || !known.has(node)) continue;
      const ofNode = nodes.get(node) ?? new Map<string, string>();
      nodes.set(node, ofNode.set(Buffer.from(entry, "base64url").toString(), text));
    }
    return nodes;
  }

  async sweep(node: string): Promise<void> {
    await this.within(async (connection, { leases, entries }) => {
      await askOnce(connection, `STREAM.PURGE.${entries}`, { filter: this.entry("*", node, "*") });
      await askOnce(connection, `STREAM.PURGE.${leases}`, { filter: this.lease(node) });
      await askOnce(connection, `STREAM.PURGE.${entries}`, { filter: this.known(node) });
    });
  }

  /** Does something with the streams; where that fails they may have been taken away. */
  private async within<T>(
    doing: (connection: NatsLogSide["connection"], names: MemberStreams) => Promise<T>,
    leaseMs?: number,
  ): Promise<T> {
    const { connection, streams } = this.side();
    try {
      return await doing(connection, await streams.members(leaseMs));
    } catch (error) {
      streams.forgetMembers();
      throw error;
    }
  }

  private lease(node: string): string {
    return `${this.prefix}.s.${node}`;
  }

  private known(node: string): string {
    return `${this.prefix}.m.n.${node}`;
  }

  private entry(set: string, node: string, entry: string): string {
    return `${this.prefix}.m.e.${set}.${node}.${entry}`;
  }
}

function subjectAndText(msg: Msg): readonly [subject: string, text: string] {
  return [msg.subject, msg.string()];
}

/** The subjects of this form that a stream has a message under. The server tells of 100,000 at a time. */
async function subjectsIn(
  connection: NatsLogSide["connection"],
  stream: string,
  subjects: string,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (;;) {
    const asked = { subjects_filter: subjects, offset: found.size };
    const { state, total = 0 } = await ask<StreamInfo>(connection, `STREAM.INFO.${stream}`, asked);
    const page = Object.keys(state.subjects ?? {});
    for (const subject of page) found.add(subject);
    if (page.length === 0 || found.size >= total) return found;
  }
}

/** The nodes that a stream has a message of under subjects of this form. */
async function namesIn(connection: NatsLogSide["connection"], stream: string, subjects: string): Promise<Set<string>> {
  const found = await subjectsIn(connection, stream, subjects);
  return new Set([...found].map((subject) => subject.slice(subject.lastIndexOf(".") + 1)));
}
