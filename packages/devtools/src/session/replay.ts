import type { Codec } from "@ws-kit/core";
import { checkOptions } from "@ws-kit/core/extend";
import { parseSession, type Session, type SessionEvent } from "./format.ts";
import { Bindings } from "./match.ts";
import {
  type AnyFrame,
  type Line,
  memoryPlace,
  type Place,
  type RecordedConnection,
  type ReplayServer,
  type SocketClass,
  socketPlace,
} from "./place.ts";
import { type Difference, Replayed } from "./replayed.ts";

export interface ReplayOptions {
  /** Where the server is, or what says so of each connection: with another token in its query, say. */
  url?: string | URL | ((recorded: RecordedConnection) => string | URL) | undefined;
  /** A server in memory in its place: `createTestServer(router)` of `@ws-kit/testing`. Its clock moves as time did. */
  server?: ReplayServer | undefined;
  /** How each connects to the server in memory: the options of its `connect`, `{ data }` for one. Default: as they are left out. */
  connect?: ((recorded: RecordedConnection) => object | undefined) | undefined;
  /** Paths that are not compared: `payload.users.*.seenAt`, `**.version`; `*` is one step, `**` any number. Default: none. */
  ignore?: readonly string[] | undefined;
  /** Types of frames that are neither sent nor compared, besides pings, pongs, presence and the server's goodbye. Default: none. */
  ignoreTypes?: readonly string[] | undefined;
  /** What was redacted, by its placeholder: `{ "[redacted 1]": "horse" }`. Left out: what the server gives in its place. */
  values?: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds for what is to come, more than it took then. Default 2,000. */
  timeoutMs?: number | undefined;
  /** 1 for as fast as it was recorded, 2 for twice as fast; 0 (default): as fast as the answers come. */
  speed?: number | undefined;
  /** Of a server of another one than JSON. */
  codec?: Codec | undefined;
  /** Default: that of the runtime. */
  WebSocket?: SocketClass | undefined;
}

const KINDS = {
  url: "string|object|function",
  server: "object",
  connect: "function",
  ignore: "array",
  ignoreTypes: "array",
  values: "object",
  timeoutMs: "number",
  speed: "number",
  codec: "object",
  WebSocket: "function",
} as const;

/** They depend on the moment, and not on what was sent. */
const OF_THE_MOMENT = ["$ws:ping", "$ws:pong", "$ws:goaway", "$ws:auth", "$ws:session", "$ws:ack"];
/** Clients are told of presence when it is time; what they say of themselves is sent, since handlers may ask who is there. */
const TOLD_IN_TIME = "$ws:presence";
/** Milliseconds that a server at a URL has for what a frame begins, before another connection goes on; less where it was less. */
const SETTLE_MS = 50;
/** What frames have that is new each time: where they stand in a connection that can be resumed, times, what is left of them. */
const NEW_EACH_TIME = ["n", "meta.timestamp", "meta.timeoutMs", "payload.retryAfterMs"];

/**
 * Sends a server what clients sent when a session was recorded, in that order, and compares what it answers. A frame is
 * waited for where it came; on one connection those of different types, and of different requests, may come in another order. Ids that
 * a server makes up, times and redacted values may differ: an id has to be the same wherever it was the same.
 *
 * @param session Path of a file, its content, or what `parseSession` made of it.
 * @throws TypeError for what is no session, and without a `url` or a `server`; Error for a connection that is refused.
 * @example
 * const replayed = await replay("bug.jsonl", { server: createTestServer(router) });
 * expect(String(replayed)).toBe("…"); expect(replayed.differences).toEqual([]);
 */
export async function replay(session: string | Session, options: ReplayOptions = {}): Promise<Replayed> {
  checkOptions("replay()", options, KINDS);
  const { ignore = [], values = {} } = options;
  const given = typeof session === "string" ? parseSession(await textOf(session)) : session;
  const bindings = new Bindings(values, [...NEW_EACH_TIME, ...ignore]);
  return new Replay(given, placeOf(options), bindings, options).run();
}

function placeOf({ url, server, connect, codec, WebSocket: Class }: ReplayOptions): Place {
  if (server !== undefined) return memoryPlace(server, connect ?? (() => undefined));
  if (url === undefined) throw new TypeError("replay() needs the url of a server, or a server in memory");
  const urlOf = (recorded: RecordedConnection): string => String(typeof url === "function" ? url(recorded) : url);
  return socketPlace(urlOf, codec, Class);
}

async function textOf(session: string): Promise<string> {
  if (session.trimStart().startsWith("{")) return session;
  const { readFile } = await import("node:fs/promises");
  return readFile(session, "utf8");
}

class Replay {
  private readonly events: readonly SessionEvent[];
  private readonly place: Place;
  private readonly bindings: Bindings;
  private readonly unsent: ReadonlySet<unknown>;
  private readonly ignored: ReadonlySet<unknown>;
  private readonly timeoutMs: number;
  private readonly speed: number;
  private readonly inMemory: boolean;
  private readonly lines = new Map<number, Line>();
  private readonly differences: Difference[] = [];
  /** The connection that sent last, and when by the session. */
  private last: { readonly c: number; readonly line: Line; readonly at: number } | undefined = undefined;
  private readonly unfilled = new Set<string>();
  private sent = 0;
  private compared = 0;

  constructor(
    { events }: Session,
    place: Place,
    bindings: Bindings,
    { ignoreTypes = [], timeoutMs = 2_000, speed = 0, server }: ReplayOptions,
  ) {
    this.events = events;
    this.place = place;
    this.bindings = bindings;
    this.unsent = new Set([...OF_THE_MOMENT, ...ignoreTypes]);
    this.ignored = new Set([...this.unsent, TOLD_IN_TIME]);
    this.timeoutMs = timeoutMs;
    this.speed = speed;
    this.inMemory = server !== undefined;
  }

  async run(): Promise<Replayed> {
    let before = 0;
    for (const [index, event] of this.events.entries()) {
      const gap = Math.max(0, event.at - before);
      before = event.at;
      // A clock in memory costs nothing to move.
      if (this.inMemory && gap > 0) await this.place.pass(gap);
      else if (this.speed > 0 && gap > 0) await this.place.pass(gap / this.speed);
      await this.take(event, gap, index + 2);
    }
    await this.place.rest(this.lines.values());
    for (const [c, line] of this.lines) this.leftOver(c, line, this.events.length + 1);
    for (const line of this.lines.values()) if (line.closed === undefined) line.close(1000, "");
    const { differences, sent, compared } = this;
    return new Replayed({ differences, sent, compared, connections: this.lines.size, unfilled: [...this.unfilled] });
  }

  private async take(event: SessionEvent, gap: number, number: number): Promise<void> {
    const { c, at, open, in: sent, out, close } = event;
    if (out === undefined && c !== this.last?.c) await this.settleLast(at);
    if (open !== undefined) {
      this.lines.set(c, await this.place.open({ number: c, data: open.data }));
      return;
    }
    const line = this.lines.get(c);
    if (line === undefined)
      throw new TypeError(`Line ${number} of the session is of connection ${c}, which did not open`);
    if (sent !== undefined && !this.unsent.has((sent as AnyFrame).type)) {
      this.send(line, sent);
      this.last = { c, line, at };
    }
    if (out !== undefined && !this.ignored.has((out as AnyFrame).type))
      await this.expect(c, line, out as AnyFrame, gap, number);
    if (close !== undefined) await this.end(c, line, close, number);
  }

  /** What one connection sent has an effect before the next one comes: sockets know no order among each other. */
  private async settleLast(at: number): Promise<void> {
    const { last } = this;
    this.last = undefined;
    if (last === undefined || this.inMemory) return;
    await last.line.reached(this.timeoutMs);
    const ms = Math.min(at - last.at, SETTLE_MS);
    // What it begins may wait for something; as long as it had then.
    if (ms > 1 && this.speed === 0) await this.place.pass(ms);
  }

  private send(line: Line, recorded: unknown): void {
    const frame = this.bindings.now(recorded);
    for (const name of this.bindings.unknown(recorded)) this.unfilled.add(name);
    this.sent++;
    if (line.closed === undefined) line.send(frame);
  }

  private async expect(c: number, line: Line, expected: AnyFrame, gap: number, number: number): Promise<void> {
    this.compared++;
    const { type } = expected;
    const id = this.bindings.now(expected.meta?.correlationId);
    // Ids of the server's own requests are new each time.
    const isAnswer = typeof id === "string" && !id.startsWith("s:");
    const fits = (frame: AnyFrame): boolean => (isAnswer ? frame.meta?.correlationId === id : frame.type === type);
    const isThere = (): boolean => line.closed !== undefined || line.arrived.some((frame) => fits(frame));
    await this.place.wait(isThere, this.timeoutMs + gap);
    const candidates = line.arrived.filter((frame) => fits(frame));
    const compared = candidates.map((frame) => ({ frame, ...this.bindings.compare(expected, frame) }));
    // Progress and answer of one request have one id; the one that is like it is the one that was meant.
    const found =
      compared.find(({ unlike }) => unlike.length === 0) ??
      compared.find(({ frame }) => frame.type === type) ??
      compared[0];
    if (found === undefined) {
      this.differences.push({
        connection: c,
        line: number,
        kind: "missing",
        type: String(type),
        expected,
        actual: undefined,
        unlike: [],
      });
      return;
    }
    line.arrived.splice(line.arrived.indexOf(found.frame), 1);
    found.learn();
    if (found.unlike.length === 0) return;
    const { frame: actual, unlike } = found;
    this.differences.push({
      connection: c,
      line: number,
      kind: "different",
      type: String(type),
      expected,
      actual,
      unlike,
    });
  }

  private async end(
    c: number,
    line: Line,
    close: { code: number; reason: string; byServer?: boolean },
    number: number,
  ): Promise<void> {
    if (close.byServer === true) await this.place.wait(() => line.closed !== undefined, this.timeoutMs);
    else await this.place.rest([line]);
    this.leftOver(c, line, number);
    if (close.byServer !== true) {
      // A server that goes away takes its clients along.
      if (line.closed === undefined) line.close(close.code, close.reason);
      await this.place.wait(() => line.closed !== undefined, this.timeoutMs);
      return;
    }
    const actual = line.closed;
    if (actual?.code === close.code) return;
    const unlike = [{ path: "code", expected: close.code, actual: actual?.code }];
    this.differences.push({
      connection: c,
      line: number,
      kind: "closed",
      type: "close",
      expected: close,
      actual,
      unlike,
    });
    if (actual === undefined) line.close(1000, "");
  }

  /** What came that had not come then. */
  private leftOver(connection: number, line: Line, number: number): void {
    for (const actual of line.arrived.splice(0)) {
      if (this.ignored.has(actual.type)) continue;
      this.differences.push({
        connection,
        line: number,
        kind: "unexpected",
        type: String(actual.type),
        expected: undefined,
        actual,
        unlike: [],
      });
    }
  }
}
