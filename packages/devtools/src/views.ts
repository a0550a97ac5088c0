import { type ExtensionConnection, type Packet, userOf } from "@ws-kit/core/extend";
import type { Observer } from "./observer.ts";
import type { KeptFrame } from "./store/frames.ts";
import type { KeptRequest } from "./store/requests.ts";
import type { Ring } from "./store/ring.ts";
import type { redactor } from "./redact.ts";
import type { ConnectionRow, Filter, FrameRow, Look, Rows, TopicRow } from "./wire.ts";

/** Most rows of a log in one answer; of more the newest are given, and how many were skipped. */
const MAX_ROWS = 300;
/** Most rows of a list in one answer. */
const MAX_WINDOW = 200;
/** UTF-16 units of a payload, and of a connection's data, that a row has. */
const PREVIEW = 200;
const MAX_DATA = 4_000;
/** Topics of a connection, and followers of a topic, that a row names. */
const MAX_NAMES = 20;

type Redact = ReturnType<typeof redactor>;

/** What a page is answered that looks at a list; undefined where the view has none. */
export function rowsFor(look: Look, observer: Observer, redact: Redact): Rows | undefined {
  const { view, filter = {} } = look;
  const text = filter.text?.toLowerCase() ?? "";
  const holds = (...values: readonly (string | undefined)[]): boolean =>
    text === "" || values.some((value) => value?.toLowerCase().includes(text) === true);
  switch (view) {
    case "connections":
      return { view, ...window(look, connectionsOf(observer, filter, text), (one) => rowOf(one, observer, redact)) };
    case "topics":
      return { view, ...window(look, topicsOf(observer, text), (topic) => topicRow(topic, observer)) };
    case "frames": {
      const kept = observer.frames.ring;
      // Nothing is decoded that cannot hold it.
      const fits = (frame: KeptFrame): boolean =>
        matches(frame, filter) &&
        (typeof frame.packet !== "string" || holds(frame.type, frame.topic, frame.correlationId, frame.packet));
      const contains = (row: FrameRow): boolean =>
        holds(row.type, row.preview, row.topic ?? "", row.correlationId ?? "");
      return { view, ...newest(kept, look, fits, (frame) => frameRow(frame, redact, observer), contains) };
    }
    case "requests": {
      const fits = ({ type, kind, clientId, code, correlationId }: KeptRequest): boolean =>
        (filter.rpcOnly !== true || kind !== "on") &&
        (filter.clientId === undefined || filter.clientId === clientId) &&
        holds(type, clientId, code, correlationId);
      return {
        view,
        ...newest(observer.requests, look, fits, (one) => ({
          ...one,
          correlationId: one.correlationId ?? null,
          code: one.code ?? null,
        })),
      };
    }
    case "errors":
      return {
        view,
        ...newest(
          observer.errors,
          look,
          ({ id, clientId, subject, code, message }) => holds(id, clientId, subject, code, message),
          (one) => ({
            ...one,
            id: one.id ?? null,
            clientId: one.clientId ?? null,
            subject: one.subject ?? null,
            code: one.code ?? null,
            message: String(redact(one.message)),
            stack: one.stack === undefined ? null : String(redact(one.stack)),
          }),
        ),
      };
    case "charts":
    case "send":
      break;
  }
  return undefined;
}

/** Those of a log that the page does not have yet, oldest first. */
function newest<T, Row>(
  ring: Ring<T>,
  { since = 0 }: Look,
  fits: (one: T) => boolean,
  row: (one: T) => Row,
  contains: (row: Row) => boolean = () => true,
): { next: number; skipped: number; rows: Row[] } {
  const rows: Row[] = [];
  let n = ring.end;
  let skipped = 0;
  for (const one of ring.newest()) {
    if (--n < since) break;
    if (!fits(one)) continue;
    if (rows.length === MAX_ROWS) {
      // What is before is counted without a look into it.
      skipped++;
      continue;
    }
    const made = row(one);
    if (contains(made)) rows.push(made);
  }
  return { next: ring.end, skipped, rows: rows.toReversed() };
}

/** A part of a list that is too long to be sent as a whole. */
function window<T, Row>(
  { from = 0, count = 50 }: Look,
  all: Iterable<T>,
  row: (one: T) => Row,
): { total: number; from: number; rows: Row[] } {
  const begin = Math.max(0, Math.floor(from));
  const end = begin + Math.min(MAX_WINDOW, Math.max(0, Math.floor(count)));
  const rows: Row[] = [];
  let total = 0;
  for (const one of all) {
    if (total >= begin && total < end) rows.push(row(one));
    total++;
  }
  return { total, from: begin, rows };
}

function* connectionsOf(
  { seats }: Observer,
  { clientId, topic }: Filter,
  text: string,
): Generator<ExtensionConnection> {
  for (const { listener } of seats) {
    for (const connection of listener.connections) {
      if (clientId !== undefined && connection.clientId !== clientId) continue;
      if (topic !== undefined && connection.following?.includes(topic) !== true) continue;
      if (text === "" || namesOf(connection).some((name) => name.toLowerCase().includes(text))) yield connection;
    }
  }
}

function namesOf(connection: ExtensionConnection): readonly string[] {
  return [connection.clientId, userOf(connection) ?? "", ...(connection.following ?? [])];
}

function rowOf(connection: ExtensionConnection, observer: Observer, redact: Redact): ConnectionRow {
  const { clientId: _, ...data } = connection.data;
  const topics = connection.following ?? [];
  const counted = observer.counted.peek(connection);
  let buffered = 0;
  for (const { listener } of observer.seats) {
    if (listener.connections.get(connection.clientId) === connection) buffered = listener.buffered(connection);
  }
  return {
    clientId: connection.clientId,
    user: userOf(connection) ?? null,
    since: counted?.since ?? null,
    topics: topics.slice(0, MAX_NAMES),
    topicCount: topics.length,
    in: counted?.in ?? 0,
    out: counted?.out ?? 0,
    buffered,
    data: shown(redact(data, [], MAX_DATA / 2), MAX_DATA),
  };
}

function topicsOf({ seats }: Observer, text: string): string[] {
  const names = new Set<string>();
  for (const { listener } of seats) {
    for (const topic of listener.topics()) if (topic.toLowerCase().includes(text)) names.add(topic);
  }
  return [...names].toSorted();
}

function topicRow(topic: string, { seats }: Observer): TopicRow {
  const clientIds: string[] = [];
  let followers = 0;
  for (const { listener } of seats) {
    const here = listener.followers(topic);
    followers += here.size;
    for (const { clientId } of here) {
      if (clientIds.length === MAX_NAMES) break;
      clientIds.push(clientId);
    }
  }
  return { topic, followers, clientIds };
}

function matches(frame: KeptFrame, { type, clientId, topic, direction, noControl }: Filter): boolean {
  if (direction !== undefined && frame.direction !== direction) return false;
  if (type !== undefined && frame.type !== type) return false;
  if (clientId !== undefined && frame.clientId !== clientId) return false;
  if (topic !== undefined && frame.topic !== topic) return false;
  return noControl !== true || !frame.type.startsWith("$ws:");
}

function frameRow(frame: KeptFrame, redact: Redact, observer: Observer): FrameRow {
  const { n, at, direction, type, kind, matched, length } = frame;
  const payload = payloadOf(frame, redact, observer);
  return {
    n,
    at,
    direction,
    type,
    kind,
    matched,
    length,
    clientId: frame.clientId ?? null,
    correlationId: frame.correlationId ?? null,
    topic: frame.topic ?? null,
    fault: frame.fault ?? null,
    preview: payload === undefined ? "" : shown(payload, PREVIEW),
  };
}

function payloadOf(frame: KeptFrame, redact: Redact, observer: Observer): unknown {
  return (whole(frame.packet, redact, observer) as { payload?: unknown } | undefined)?.payload;
}

/** A frame, redacted; undefined where it cannot be read. */
export function whole(packet: Packet | undefined, redact: Redact, { seats }: Observer): unknown {
  const [seat] = seats;
  if (packet === undefined || seat === undefined) return undefined;
  try {
    return redact(seat.listener.codec.decode(packet));
  } catch {
    return undefined;
  }
}

/** How far from each other a message and its frame may be told, in milliseconds. */
const NEAR_MS = 5;

/** The frames of one request: what was asked, and what was answered. */
export function framesOf(
  { clientId, correlationId, type, at }: { clientId: string; correlationId: string | null; type: string; at: number },
  redact: Redact,
  observer: Observer,
): { at: number; direction: string; frame: unknown }[] {
  const found: { at: number; direction: string; frame: unknown }[] = [];
  for (const frame of observer.frames.ring.newest()) {
    const isIts =
      correlationId === null
        ? frame.direction === "in" && frame.type === type && Math.abs(frame.at - at) < NEAR_MS
        : frame.correlationId === correlationId;
    if (!isIts || frame.clientId !== clientId || frame.packet === undefined) continue;
    found.unshift({ at: frame.at, direction: frame.direction, frame: whole(frame.packet, redact, observer) });
    if (correlationId === null || found.length === MAX_NAMES) break;
  }
  return found;
}

function shown(value: unknown, most: number): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
