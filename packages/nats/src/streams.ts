import { createHash } from "node:crypto";
import { headers, type NatsConnection } from "@nats-io/transport-node";
import type { Keeping } from "@ws-kit/core/extend";
import {
  answerOf,
  ApiError,
  ask,
  insist,
  NAME_IN_USE,
  NO_STREAM,
  storedMessage,
  type StreamConfig,
  type StreamInfo,
  unless,
  WRONG_LAST,
} from "./jetstream.ts";
import { freshEpoch, token } from "./names.ts";
import { SeveredTopics, type Stand } from "./severed.ts";

/** How recorded topics are kept. */
export interface RecordOptions {
  /** Servers of a cluster that keep a copy of each message. Default 1. */
  readonly replicas?: number | undefined;
  /** Default "file". In memory it is gone with the server. */
  readonly storage?: "file" | "memory" | undefined;
}

/** Nanoseconds for which the id of a message is remembered, at most: no longer than the message itself. */
const DEDUPE_NS = 120e9;
/** Epochs before the present one that are remembered. */
const MAX_CHAIN = 8;

/** How the log of a family of topics stands, beside its messages. */
interface Epoch extends Stand {
  /** The stream, and the server that kept it alone. */
  readonly of: string;
}

/** The stream of one family of topics, as long as a connection. */
export interface Stream extends Epoch {
  readonly name: string;
  readonly hash: string;
  readonly created: string;
  /** Number of its last message when it was looked at. */
  readonly last: number;
  readonly size: number;
  /** Where messages of a topic are added, and where they come from when they have been. */
  readonly added: (topic: string) => string;
  readonly republished: (topic: string) => string;
}

/** Names of the streams in which nodes say something of themselves. */
export interface MemberStreams {
  readonly leases: string;
  readonly entries: string;
}

/** Milliseconds of a lease, where nobody has begun one yet. */
const LEASE_MS = 10_000;

/** The streams that one connection has looked at. */
export class Streams {
  private readonly connection: NatsConnection;
  private readonly prefix: string;
  private readonly options: RecordOptions;
  private readonly byPattern = new Map<string, Promise<Stream>>();
  private readonly known = new Map<string, Stream>();
  readonly severed: SeveredTopics = new SeveredTopics(this);
  private meta: Promise<string> | undefined = undefined;
  private present: Promise<MemberStreams> | undefined = undefined;

  constructor(connection: NatsConnection, prefix: string, options: RecordOptions) {
    this.connection = connection;
    this.prefix = prefix;
    this.options = options;
  }

  /** The stream of a family: looked at once, and made where there is none. */
  of(keeping: Keeping): Promise<Stream> {
    const found = this.byPattern.get(keeping.pattern);
    if (found !== undefined) return found;
    const opened = this.open(keeping);
    this.byPattern.set(keeping.pattern, opened);
    opened.then(
      (stream) => this.known.set(keeping.pattern, stream),
      () => this.forget(keeping),
    );
    return opened;
  }

  /** As it was when it was last opened. */
  opened({ pattern }: Keeping): Stream | undefined {
    return this.known.get(pattern);
  }

  /** Those in which nodes say something of themselves: looked at once, and made where they are missing. */
  members(leaseMs: number = LEASE_MS): Promise<MemberStreams> {
    this.present ??= this.openMembers(leaseMs * 1e6);
    this.present.catch(() => (this.present = undefined));
    return this.present;
  }

  private async openMembers(leaseNs: number): Promise<MemberStreams> {
    const hash = shortHash(this.prefix);
    const one = { max_msgs_per_subject: 1, storage: "memory" } as const;
    const leases = `${safe(this.prefix)}_leases_${hash}`;
    const entries = `${safe(this.prefix)}_members_${hash}`;
    const subjects = (kind: string): string[] => [`${this.prefix}.${kind}.>`];
    await Promise.all([
      this.made({ ...one, name: leases, subjects: subjects("s"), max_age: leaseNs, duplicate_window: leaseNs }),
      this.made({ ...one, name: entries, subjects: subjects("m"), max_age: 0, duplicate_window: DEDUPE_NS }),
    ]);
    return { leases, entries };
  }

  /** They may be others now: whoever asks next looks again. */
  forgetMembers(): void {
    this.present = undefined;
  }

  /** It may be another one now: whoever asks next looks again. */
  forget({ pattern }: Keeping): void {
    this.byPattern.delete(pattern);
  }

  /** The same text for all nodes: the first that anybody proposes. */
  async shared(name: string, proposed: string): Promise<string> {
    return this.agreed(name, (found) => (found === undefined ? proposed : undefined));
  }

  private async open({ pattern, size, ttlMs }: Keeping): Promise<Stream> {
    const hash = shortHash(`${this.prefix}\n${pattern}`);
    const [src, dest] = [`${this.prefix}.r.${hash}`, `${this.prefix}.l.${hash}`];
    const age = ttlMs * 1e6 < 2 ** 63 ? Math.max(Math.ceil(ttlMs), 100) * 1e6 : 0;
    const name = `${safe(this.prefix)}_${safe(pattern)}_${hash}`;
    const info = await this.made({
      name,
      subjects: [`${src}.>`],
      max_msgs_per_subject: size,
      max_age: age,
      duplicate_window: age === 0 ? DEDUPE_NS : Math.min(DEDUPE_NS, age),
      republish: { src: `${src}.>`, dest: `${dest}.>` },
    });
    this.checkKept(info);
    const { created, state } = info;
    const { epoch, chain, of } = await this.epoch(hash, this.ownerOf(info), state.last_seq);
    return {
      name,
      hash,
      created,
      last: state.last_seq,
      epoch,
      chain,
      of,
      size,
      added: (topic) => `${src}.${token(topic)}`,
      republished: (topic) => `${dest}.${token(topic)}`,
    };
  }

  /** @throws Error where a server that is started again would have lost it, and nothing would tell. */
  private checkKept({ cluster, config }: StreamInfo): void {
    if (cluster === undefined || config.storage === "file" || config.num_replicas > 1) return;
    throw Object.assign(new Error('In a cluster of NATS { storage: "memory" } needs { replicas: 3 }'), {
      recorded: false,
    });
  }

  /**
   * What keeps a stream. Servers of a cluster do so together, and lose nothing that a majority of them has; one alone may
   * have lost the end when it was started again, or have been given an older state.
   */
  private ownerOf({ cluster, created }: StreamInfo): string {
    const { info } = this.connection;
    return cluster === undefined && info?.jetstream === true ? `${created} ${info.server_id}` : created;
  }

  /** Begins another epoch where the stream is another one, or its only server was started again: what it has left then is known. */
  private async epoch(hash: string, of: string, last: number): Promise<Epoch> {
    const text = await this.agreed(`epoch.${hash}`, (found) => {
      const before = found === undefined ? undefined : (JSON.parse(found) as Epoch);
      if (before?.of === of) return undefined;
      const goesOn = before !== undefined && before.of.split(" ")[0] === of.split(" ")[0];
      const chain = goesOn ? [[before.epoch, last] as const, ...before.chain].slice(0, MAX_CHAIN) : [];
      return JSON.stringify({ epoch: freshEpoch(), chain, of });
    });
    return JSON.parse(text) as Epoch;
  }

  /** A small text that all nodes have in common, and where it stands. */
  async found(name: string): Promise<{ readonly text: string | undefined; readonly seq: number }> {
    this.meta ??= this.made({
      name: `${safe(this.prefix)}_${shortHash(this.prefix)}`,
      subjects: [`${this.prefix}.k.>`],
      max_msgs_per_subject: 1,
      max_age: 0,
      duplicate_window: DEDUPE_NS,
    }).then(({ config }) => config.name);
    this.meta.catch(() => (this.meta = undefined));
    const last = { last_by_subj: `${this.prefix}.k.${name}` };
    const stored = await storedMessage(this.connection, await this.meta, last).catch((error: unknown) => {
      // It may have been taken away.
      this.meta = undefined;
      throw error;
    });
    return {
      text: stored?.data === undefined ? undefined : Buffer.from(stored.data, "base64").toString(),
      seq: stored?.seq ?? 0,
    };
  }

  /**
   * Changes such a text.
   * @param next What it becomes, by what it is; undefined to leave it. Asked again where somebody else was faster.
   */
  async agreed(name: string, next: (found: string | undefined) => string | undefined): Promise<string> {
    const subject = `${this.prefix}.k.${name}`;
    for (;;) {
      const { text, seq } = await this.found(name);
      const wanted = next(text);
      if (wanted === undefined) return text ?? "";
      const conditions = headers();
      conditions.set("Nats-Expected-Last-Subject-Sequence", String(seq));
      try {
        await insist(async (timeout) => {
          return answerOf(await this.connection.request(subject, wanted, { timeout, headers: conditions }));
        });
        return wanted;
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== WRONG_LAST) throw error;
      }
    }
  }

  private async made(
    wanted: Pick<
      StreamConfig,
      "name" | "subjects" | "max_msgs_per_subject" | "max_age" | "duplicate_window" | "republish"
    > &
      Partial<Pick<StreamConfig, "storage">>,
  ): Promise<StreamInfo> {
    const { replicas = 1, storage = "file" } = this.options;
    const config = { storage, ...wanted, num_replicas: replicas, retention: "limits", discard: "old" } as const;
    const { connection } = this;
    const found = await unless(NO_STREAM, ask<StreamInfo>(connection, `STREAM.INFO.${config.name}`));
    if (found === undefined) {
      const made = await unless(NAME_IN_USE, ask<StreamInfo>(connection, `STREAM.CREATE.${config.name}`, config));
      return made ?? this.made(wanted);
    }
    const settings = ["max_msgs_per_subject", "max_age", "duplicate_window", "num_replicas"] as const;
    if (settings.every((setting) => found.config[setting] === config[setting])) return found;
    // How it is stored cannot be changed.
    const changed = { ...config, storage: found.config.storage };
    return ask<StreamInfo>(connection, `STREAM.UPDATE.${config.name}`, changed);
  }
}

/** Names of streams have none of these in them. */
function safe(text: string): string {
  return text.replaceAll(/[^\w-]+/g, "_").slice(0, 60);
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
