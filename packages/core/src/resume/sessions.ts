import type { ResolvedResume } from "../api/resume.ts";
import { attempt } from "../base/when.ts";
import { askRenewed } from "../contexts/expiry.ts";
import { assignAgain } from "../contexts/identity.ts";
import { OpenContextImpl } from "../contexts/connection-context.ts";
import { tellStale } from "../lifecycle/heartbeat.ts";
import type { Socket } from "../ports/socket.ts";
import type { Packet } from "../protocol/codec.ts";
import { CLOSE } from "../protocol/codes.ts";
import { numbered } from "../protocol/numbered.ts";
import { congest } from "../sending/backlog.ts";
import { overBuffer } from "../sending/frames.ts";
import { violate } from "../sending/refusals.ts";
import { report } from "../sending/report.ts";
import type { Connection, Hook, Listener } from "../state/connection.ts";
import { OPEN } from "../state/phases.ts";
import type { Resumption } from "../state/resumption.ts";
import { askRightsAgain } from "../topics/rights.ts";
import { Acks } from "./acks.ts";
import { type Claim, Claims, isWhole, type Origin } from "./claims.ts";
import { ackedBy, CONTROL_START, isUncounted, resumedFrame, sessionFrame } from "./frames.ts";
import { type Away, type Keeper, resumableAs, ResumableSocket } from "./resumable-socket.ts";
import { changesOf, recordOf, recordOver } from "./record.ts";
import { Store } from "./store.ts";

/** Where connections are counted. */
export interface Counted {
  /** Counts the connection that will have this data, whether there is room or not. */
  restore(data: object, key: string | undefined): void;
}

interface Arriving extends Claim {
  readonly given: Origin["given"];
  readonly inner: Socket;
  readonly ws: unknown;
}

/** The connections of a listener that outlive their sockets. */
export class Sessions extends Claims implements Resumption<Connection>, Keeper {
  private readonly options: ResolvedResume;
  private readonly slots: Counted;
  private readonly over: (conn: Connection, code: number, reason: string) => void;
  /** Those without a socket, that of the longest time first. */
  private readonly detached = new Set<ResumableSocket>();
  private readonly acks: Acks;
  private Class: ReturnType<typeof resumableAs> | undefined = undefined;
  private arriving: Arriving | undefined = undefined;

  constructor(hub: Listener, options: ResolvedResume, slots: Counted, over: Sessions["over"]) {
    super(hub, new Store(options, (socket) => this.end(socket)));
    this.options = options;
    this.slots = slots;
    this.over = over;
    this.acks = new Acks(hub.clock, (socket) => this.store.giveUp(socket));
  }

  /** Takes in a socket. @returns the connection that goes on with it; undefined for a new one. */
  arrive(data: object, inner: Socket, ws: unknown): Connection | undefined {
    const { given, claim } = this.origins.get(data) ?? {};
    if (given === undefined || claim === undefined) return undefined;
    const { conn } = claim.socket;
    if (conn.state === OPEN && this.store.knows(claim.socket, claim.secret) && isWhole(claim.socket, claim.received)) {
      this.arriving = { ...claim, given, inner, ws };
      return conn;
    }
    // It has ended since, or has lost what this one lacks: nobody has counted this one.
    this.slots.restore(data, undefined);
    return undefined;
  }

  /** What stands before the socket of a new connection. */
  wrap(conn: Connection, inner: Socket): ResumableSocket {
    this.Class ??= resumableAs(inner);
    const { who, given = {} } = this.origins.get(conn.data) ?? {};
    this.origins.delete(conn.data);
    return new this.Class(conn, inner, who, recordOf(given), this);
  }

  /** The socket is open: tells its client by what it can come back. @returns whether the connection is one that was here. */
  opened(conn: Connection): boolean {
    const { arriving } = this;
    this.arriving = undefined;
    if (arriving?.socket.conn === conn) {
      this.attach(arriving);
      return true;
    }
    const socket = conn.socket as ResumableSocket;
    socket.inner?.send(sessionFrame(this.store.name(socket), this.options.windowMs));
    this.acks.isUnsure(socket);
    return false;
  }

  takes(conn: Connection, packet: Packet): boolean {
    const socket = conn.socket as ResumableSocket;
    socket.former = undefined;
    if (typeof packet === "string" && packet.startsWith(CONTROL_START)) {
      if (isUncounted(packet)) return this.acks.now(socket);
      const received = ackedBy(packet);
      if (received !== undefined) return this.acked(socket, received);
    }
    socket.received++;
    if (socket.place >= 0) this.acks.soon(socket, packet.length);
    return false;
  }

  /** The client says how much has come. */
  private acked(socket: ResumableSocket, received: number): true {
    if (received > socket.sent) {
      violate(socket.conn, "INVALID_ARGUMENT", "More is acknowledged than was sent", "$ws:ack");
      return true;
    }
    if (socket.place >= 0) socket.joined = true;
    this.store.confirm(socket, received);
    return true;
  }

  keep(socket: ResumableSocket, frame: Packet): boolean {
    return this.store.keep(socket, frame);
  }

  /** The connection is over. */
  forget(conn: Connection): void {
    if (conn.socket instanceof ResumableSocket) this.store.giveUp(conn.socket);
  }

  isAttached(conn: Connection): boolean {
    return (conn.socket as ResumableSocket).away === undefined;
  }

  detach(conn: Connection, code: number, reason: string, ends: boolean): boolean {
    const { socket, hub } = conn;
    if (!(socket instanceof ResumableSocket)) return false;
    if (socket.away !== undefined) return true;
    // What its client said of it may have been lost with the socket.
    if (socket.place < 0 || conn.state !== OPEN || hub.draining || conn.ending !== undefined) return false;
    if (!ends && code !== 1006 && code !== CLOSE.TIMEOUT) return false;
    const { inner } = socket;
    socket.away = new Waiting(socket, this, code, reason, ends && code === CLOSE.TIMEOUT);
    socket.inner = undefined;
    inner?.part?.();
    if (ends) inner?.terminate();
    this.detached.add(socket);
    hub.deadlines.add(socket.away, this.options.windowMs);
    // As one that reads nothing: what may be skipped is, and nothing goes by the runtime's own topics.
    congest(conn, 1);
    const [oldest] = this.detached;
    if (this.detached.size > this.options.maxSessions && oldest !== undefined) this.end(oldest);
    this.tell(conn, hub.handlers.handlersOf("detach"));
    return true;
  }

  private attach({ socket, secret, inner, ws, received, given }: Arriving): void {
    const { conn } = socket;
    const { hub } = conn;
    const before = socket.inner;
    socket.inner = inner;
    conn.ws = ws;
    conn.silent = 0;
    before?.part?.();
    before?.terminate();
    if (socket.away !== undefined) {
      hub.deadlines.delete(socket.away);
      this.detached.delete(socket);
      socket.away = undefined;
    }
    socket.former = secret;
    socket.joined = true;
    const id = this.store.name(socket);
    this.store.confirm(socket, received);
    socket.owed = 0;
    const missed = socket.kept?.newest(socket.sent - received) ?? [];
    const write = (): void => {
      inner.send(resumedFrame(id, socket.received));
      let n = received;
      for (const frame of missed) inner.send(numbered(hub.codec, frame, ++n));
    };
    if (inner.cork === undefined) write();
    else inner.cork(write);
    if (hub.laggards.rests(conn)) inner.pause?.();
    overBuffer(conn);
    this.assign(socket, given);
    if (conn.state === OPEN) this.tell(conn, hub.handlers.handlersOf("resume"));
  }

  renewed(conn: Connection, given: Origin["given"]): void {
    const { socket } = conn;
    if (socket instanceof ResumableSocket) socket.record = recordOver(socket.record, given);
  }

  /** What `authenticate` returned this time counts from now on, where it is not what it returned before. */
  private assign(socket: ResumableSocket, given: Origin["given"]): void {
    const { conn, record } = socket;
    socket.record = recordOver(record, given);
    if (!assignAgain(conn, changesOf(record, given))) return;
    const lease = conn.hub.leases.get(conn);
    if (lease !== undefined) askRenewed(conn, lease);
    if (conn.state === OPEN) askRightsAgain(conn);
  }

  private tell(conn: Connection, handlers: readonly Hook[]): void {
    if (handlers.length === 0) return;
    const ctx = new OpenContextImpl(conn);
    const failed = (error: unknown): void => report(conn.hub, error, ctx, conn);
    for (const handler of handlers) attempt(() => handler(ctx as never)).catch(failed);
  }

  /** Nobody came in time, or nobody is waited for any more. */
  end(socket: ResumableSocket, code?: number, reason = ""): void {
    const { away, conn } = socket;
    if (away === undefined) return;
    const { hub } = conn;
    socket.away = undefined;
    hub.deadlines.delete(away);
    this.detached.delete(socket);
    conn.congested = false;
    hub.congested.delete(conn);
    if (code === undefined && away.stale) tellStale(conn);
    this.over(conn, code ?? away.code, code === undefined ? away.reason : reason);
  }

  endAll(code?: number, reason?: string): void {
    for (const socket of this.detached) this.end(socket, code, reason);
  }

  stop(): void {
    this.endAll();
    this.acks.stop();
  }
}

class Waiting implements Away {
  expiresAt = 0;
  listed: object | undefined = undefined;
  readonly code: number;
  readonly reason: string;
  readonly stale: boolean;
  private readonly socket: ResumableSocket;
  private readonly keeper: Keeper;

  constructor(socket: ResumableSocket, keeper: Keeper, code: number, reason: string, stale: boolean) {
    this.socket = socket;
    this.keeper = keeper;
    this.code = code;
    this.reason = reason;
    this.stale = stale;
  }

  expire(): void {
    this.keeper.end(this.socket);
  }
}
