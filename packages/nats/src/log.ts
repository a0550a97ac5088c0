import { createHash } from "node:crypto";
import { errors, headers, type Msg, type NatsConnection } from "@nats-io/transport-node";
import type {
  Added,
  EngineLog,
  Keeping,
  LogEntry,
  LogFrame,
  LogReading,
  NotRecorded,
  Position,
  ReadLimits,
  Recording,
  Revocation,
} from "@ws-kit/core/extend";
import {
  answerOf,
  ApiError,
  ask,
  consume,
  IN_PROCESS,
  storedMessage,
  type StreamInfo,
  TOO_LARGE,
} from "./jetstream.ts";
import type { SeveredTopic, Stand } from "./severed.ts";
import type { Streams } from "./streams.ts";

const FROM = "Ws-Kit-From";
const TIMEOUT_MS = 3_000;

/** Revocations that are kept, those that hold longest. */
const MAX_REVOKED = 2_000;
/** Of what a server takes of one message, for its headers. */
const HEADER_BYTES = 1_024;

export interface NatsLogSide {
  readonly connection: NatsConnection;
  readonly streams: Streams;
}

/** Keeps recorded topics in JetStream: a stream for each family, a subject for each topic. */
export class NatsLog implements EngineLog {
  private readonly side: () => NatsLogSide;
  private readonly bytes: boolean;
  private readonly changes: string;

  /**
   * @param side What it works with now. @throws Error where there is no connection.
   * @param changes Where nodes say which topics were severed.
   */
  constructor(side: () => NatsLogSide, bytes: boolean, changes: string) {
    this.side = side;
    this.bytes = bytes;
    this.changes = changes;
  }

  async append(
    topic: string,
    messages: readonly Recording[],
    keeping: Keeping,
  ): Promise<readonly (Added | NotRecorded)[]> {
    const { connection, streams } = this.side();
    const stream = await streams.of(keeping);
    const { added } = stream;
    // Under which name it was recorded is not known before.
    const known = streams.severed.has(topic) ? undefined : streams.severed.look(stream, topic);
    try {
      const adding = messages.map(async ({ packet, from, id }) => {
        const head = headers();
        if (from !== undefined) head.set(FROM, from);
        // The window in which ids are known is the stream's, and not the topic's.
        if (id !== undefined) head.set("Nats-Msg-Id", createHash("sha1").update(`${topic}\n${id}`).digest("base64url"));
        const answer = await connection.request(added(topic), packet, { timeout: TIMEOUT_MS, headers: head });
        const { seq, duplicate = false } = answerOf(answer) as { seq: number; duplicate?: boolean };
        // Its id is known, and the message itself is not kept yet, if it ever is: servers before 2.11 say so by this.
        if (seq === 0) throw new Error("JetStream has yet to record a message with this id");
        return { offset: seq, duplicate };
      });
      const [settled] = await Promise.all([Promise.allSettled(adding), known]);
      const recorded = settled.map((one) => (one.status === "fulfilled" ? one.value : notRecorded(one.reason)));
      const { epoch } = streams.severed.standOf(stream, topic);
      return withoutFailures(recorded).map((one) =>
        one instanceof Error
          ? one
          : { position: { epoch, offset: one.offset }, duplicate: one.duplicate, prev: undefined },
      );
    } catch (error) {
      // It may have been taken away.
      streams.forget(keeping);
      throw error;
    }
  }

  async read(topic: string, after: number, keeping: Keeping, limits: ReadLimits): Promise<LogReading> {
    const { connection, streams } = this.side();
    const stream = await streams.of(keeping);
    const subject = stream.added(topic);
    const [last, oldest] = await Promise.all([
      storedMessage(connection, stream.name, { last_by_subj: subject }),
      storedMessage(connection, stream.name, { next_by_subj: subject, seq: 1 }),
      streams.severed.look(stream, topic),
    ]);
    const isMore = last !== undefined && last.seq > after && limits.messages > 0;
    const found = isMore ? await this.entries(connection, stream.name, subject, after, last.seq) : [];
    // Looked at after the messages: had one behind this boundary been dropped for its number before, as many would be left now.
    const info = await ask<StreamInfo>(connection, `STREAM.INFO.${stream.name}`, { subjects_filter: subject });
    if (info.created !== stream.created) {
      streams.forget(keeping);
      throw new Error("The stream was replaced meanwhile");
    }
    const kept = info.state.subjects?.[subject] ?? 0;
    const aged = kept < stream.size;
    const { epoch, chain } = streams.severed.standOf(stream, topic);
    if (last === undefined) {
      if (kept > 0) throw new Error("The first message of the topic came meanwhile");
      // Whatever there was of it is gone by its age, as is all that had come before.
      const { first_seq: first, last_seq: top } = info.state;
      return { epoch, chain, top, floor: Math.min(first - 1, top), aged, limited: false, entries: [] };
    }
    const boundary = Math.min(oldest?.seq ?? last.seq, aged ? info.state.first_seq - 1 : Infinity);
    const entries = newest(found, limits, keeping);
    const dropped = found.length - entries.length;
    const floor =
      dropped > 0 ? (found[dropped - 1]?.offset ?? last.seq) : isMore ? Math.max(after, boundary) : last.seq;
    return { epoch, chain, top: found.at(-1)?.offset ?? last.seq, floor, aged, limited: dropped > 0, entries };
  }

  async sever(topic: string, lost: Position, keeping: Keeping): Promise<void> {
    const { connection, streams } = this.side();
    const { severed } = streams;
    const stream = await streams.of(keeping);
    await severed.look(stream, topic);
    const { chain } = severed.standOf(stream, topic);
    if (!chain.some(([epoch, end]) => epoch === lost.epoch && end < lost.offset)) return;
    this.tell(connection, { topic, ...(await severed.sever(stream, topic)) });
  }

  /**
   * Messages of a topic may be numbered from the beginning again: its stream was taken away, or the only server that kept it has lost it.
   * @param last The highest number that has come.
   * @returns the epoch under which it goes on; undefined where one has only come twice, as when another server begins to lead.
   */
  async restarted(topic: string, keeping: Keeping, last: number): Promise<string | undefined> {
    const { connection, streams } = this.side();
    const before = streams.opened(keeping);
    streams.forget(keeping);
    const stream = await streams.of(keeping);
    if (stream.created !== before?.created) return stream.epoch;
    if (stream.last >= last) return undefined;
    const severed = await streams.severed.sever(stream, topic);
    this.tell(connection, { topic, ...severed });
    return severed.epoch;
  }

  private tell(connection: NatsConnection, change: SeveredTopic): void {
    connection.publish(this.changes, JSON.stringify(change));
  }

  async secret(proposed: Uint8Array): Promise<Uint8Array> {
    const text = await this.side().streams.shared("secret", Buffer.from(proposed).toString("hex"));
    return Uint8Array.from(Buffer.from(text, "hex"));
  }

  async revoke(revocations: readonly Revocation[]): Promise<void> {
    const { connection, streams } = this.side();
    const maxBytes = (connection.info?.max_payload ?? 1_048_576) - HEADER_BYTES;
    await streams.agreed("revoked", (found) => {
      const before = readRevoked(found).filter((old) => !revocations.some((one) => isSame(one, old)));
      const text = lastOf([...before, ...revocations], maxBytes);
      return text === found ? undefined : text;
    });
  }

  async revocations(): Promise<readonly Revocation[]> {
    return readRevoked((await this.side().streams.found("revoked")).text);
  }

  /** A message that was added, as the stream sends it to all who follow the topic. */
  frame({ epoch }: Stand, msg: Msg): LogFrame {
    const before = Number(msg.headers?.get("Nats-Last-Sequence") ?? 0);
    const offset = Number(msg.headers?.get("Nats-Sequence") ?? 0);
    return { epoch, prev: before === 0 ? undefined : before, ...this.entry(msg, offset) };
  }

  private entry(msg: Msg, offset: number): LogEntry {
    const from = msg.headers?.get(FROM) ?? "";
    return { offset, packet: this.bytes ? msg.data.slice() : msg.string(), from: from === "" ? undefined : from };
  }

  /** What is kept of a topic after an offset, up to the last one. */
  private entries(
    connection: NatsConnection,
    stream: string,
    subject: string,
    after: number,
    last: number,
  ): Promise<LogEntry[]> {
    const which = { deliver_policy: "by_start_sequence", opt_start_seq: after + 1, filter_subject: subject };
    return consume(connection, stream, which, last, (msg, seq) => this.entry(msg, seq));
  }
}

function readRevoked(text: string | undefined): Revocation[] {
  const all = text === undefined ? [] : (JSON.parse(text) as Revocation[]);
  return all.filter(({ until }) => until > Date.now());
}

/** Those that hold longest, as many as one message has room for: all of them are one. */
function lastOf(revocations: readonly Revocation[], maxBytes: number): string {
  const texts: string[] = [];
  let bytes = 2;
  for (const one of revocations
    .toSorted((a, b) => a.until - b.until)
    .slice(-MAX_REVOKED)
    .toReversed()) {
    const text = JSON.stringify(one);
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > maxBytes) break;
    texts.push(text);
  }
  return `[${texts.toReversed().join(",")}]`;
}

function isSame(one: Revocation, other: Revocation): boolean {
  return one.topic === other.topic && one.user === other.user && one.until >= other.until;
}

/** What became of one message that was not recorded; `isTooLarge` for one that never will be. */
interface Failed extends Error {
  readonly recorded?: false;
  readonly isTooLarge?: boolean;
}

function notRecorded(cause: unknown): Failed {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const isTooLarge = error instanceof errors.InvalidArgumentError || (error as Partial<ApiError>).code === TOO_LARGE;
  // No server has taken it, or the one that keeps the stream has said no.
  const isKnown = isTooLarge || isRefusal(error) || isWithoutResponders(error);
  return isKnown ? Object.assign(error, { recorded: false as const, isTooLarge }) : error;
}

function isRefusal(error: Error): boolean {
  return error instanceof ApiError && error.code !== IN_PROCESS;
}

function isWithoutResponders(error: Error): boolean {
  return error instanceof errors.NoRespondersError || (error instanceof errors.RequestError && error.isNoResponders());
}

/**
 * Of a batch that is whole but for what is too large, what became of each.
 * @throws Error where something else has failed: known not to be recorded where nothing was.
 */
function withoutFailures<T extends object>(all: readonly (T | Failed)[]): readonly (T | NotRecorded)[] {
  const failed = all.filter((one) => one instanceof Error && one.isTooLarge !== true) as Failed[];
  const [first] = failed;
  if (first === undefined) return all as readonly (T | NotRecorded)[];
  const nothing = all.every((one) => one instanceof Error && one.recorded === false);
  throw nothing
    ? first
    : (failed.find(({ recorded }) => recorded !== false) ?? new Error(first.message, { cause: first }));
}

/** The last ones, as many as the limits and what the topic keeps allow. */
function newest(entries: readonly LogEntry[], limits: ReadLimits, keeping: Keeping): LogEntry[] {
  const most = Math.min(limits.bytes, keeping.maxBytes);
  let from = entries.length;
  let bytes = 0;
  while (from > 0 && entries.length - from < limits.messages) {
    bytes += entries[from - 1]?.packet.length ?? 0;
    if (bytes > most) break;
    from--;
  }
  return entries.slice(from);
}
