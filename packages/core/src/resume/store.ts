import type { ResolvedResume } from "../api/resume.ts";
import type { Packet } from "../protocol/codec.ts";
import { CLOSING } from "../state/phases.ts";
import { Kept } from "./kept.ts";
import type { ResumableSocket } from "./resumable-socket.ts";
import { idOf, isSame, newSecret, readId, type Secret } from "./secret.ts";

/** Of a client that has not said that it may come back: what is kept until then. */
const MAX_UNSURE_BYTES = 65_536;

/** The connections of a listener that can be resumed; and what is kept of them, within bounds. */
export class Store {
  private readonly places: (ResumableSocket | undefined)[] = [];
  private readonly free: number[] = [];
  private keptBytes = 0;
  private readonly options: ResolvedResume;
  /** Ends a connection that has no socket. */
  readonly end: (socket: ResumableSocket) => void;

  constructor(options: ResolvedResume, end: (socket: ResumableSocket) => void) {
    this.options = options;
    this.end = end;
  }

  /** Gives a connection a secret by which its client can come back. @returns what travels of it. */
  name(socket: ResumableSocket): string {
    if (socket.place < 0) {
      socket.place = this.free.pop() ?? this.places.length;
      this.places[socket.place] = socket;
    }
    Object.assign(socket, newSecret());
    return idOf(socket.place, socket);
  }

  /** Whose id it is; undefined for nobody's. */
  find(id: string): { readonly socket: ResumableSocket; readonly secret: Secret } | undefined {
    const { place = -1, secret } = readId(id) ?? {};
    const socket = this.places[place];
    return socket !== undefined && secret !== undefined && this.knows(socket, secret) ? { socket, secret } : undefined;
  }

  /** Whether a client can come back by it. */
  knows(socket: ResumableSocket, secret: Secret): boolean {
    if (socket.place < 0) return false;
    return isSame(socket, secret) || (socket.former !== undefined && isSame(socket.former, secret));
  }

  /** The peer has so many. */
  confirm(socket: ResumableSocket, received: number): void {
    const { kept } = socket;
    if (kept === undefined) return;
    this.keptBytes -= kept.drop(Math.max(0, kept.size - (socket.sent - received)));
    if (kept.size === 0) socket.kept = undefined;
  }

  keep(socket: ResumableSocket, frame: Packet): boolean {
    const kept = (socket.kept ??= new Kept());
    const before = kept.bytes;
    kept.add(frame);
    this.keptBytes += kept.bytes - before;
    const { maxKeptBytes, maxKeptBytesTotal } = this.options;
    if (kept.bytes > maxKeptBytes) this.relieve(socket, maxKeptBytes);
    else if (!socket.joined && kept.bytes > MAX_UNSURE_BYTES) this.relieve(socket, -1);
    while (this.keptBytes > maxKeptBytesTotal) this.relieve(this.largest(), 0);
    return socket.conn.state < CLOSING;
  }

  /**
   * Lets go of what is over a bound, below 0 of everything and for good. Of a connection without a socket there is nothing left to wait for.
   */
  private relieve(socket: ResumableSocket, most: number): void {
    if (socket.away !== undefined) return this.end(socket);
    if (most < 0) return this.giveUp(socket);
    const { kept } = socket;
    if (kept === undefined) return;
    while (kept.bytes > most && kept.size > 0) this.keptBytes -= kept.drop(1);
    if (kept.size === 0) socket.kept = undefined;
  }

  private largest(): ResumableSocket {
    let most: ResumableSocket | undefined;
    for (const socket of this.places) {
      if (socket !== undefined && (socket.kept?.bytes ?? 0) > (most?.kept?.bytes ?? -1)) most = socket;
    }
    return most as ResumableSocket;
  }

  /** Its client does not mean to come back, or is not waited for any more: nothing is kept for it. */
  giveUp(socket: ResumableSocket): void {
    if (socket.place >= 0) {
      this.places[socket.place] = undefined;
      this.free.push(socket.place);
    }
    socket.place = -1;
    socket.former = undefined;
    socket.joined = false;
    this.keptBytes -= socket.kept?.bytes ?? 0;
    socket.kept = undefined;
  }
}
