import type { ResolvedResume } from "../api/resume.ts";
import type { Packet } from "../protocol/codec.ts";
import { CLOSING } from "../state/phases.ts";
import { Kept } from "./kept.ts";
import type { ResumableSocket } from "./resumable-socket.ts";

/** Of a client that has not said that it may come back: what is kept until then. */
const MAX_UNSURE_BYTES = 65_536;

/** The connections of a listener that can be resumed, by their ids, and what is kept of them, within bounds. */
export class Store {
  /** While it is not known which of two ids its client has, by both. */
  readonly byId: Map<string, ResumableSocket> = new Map();
  private keptBytes = 0;
  private readonly options: ResolvedResume;
  /** Ends a connection that has no socket. */
  readonly end: (socket: ResumableSocket) => void;

  constructor(options: ResolvedResume, end: (socket: ResumableSocket) => void) {
    this.options = options;
    this.end = end;
  }

  /** Gives a connection an id by which its client can come back. */
  name(socket: ResumableSocket): void {
    socket.id = secret();
    this.byId.set(socket.id, socket);
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
    else if (!socket.joined && kept.bytes > MAX_UNSURE_BYTES) this.giveUp(socket);
    while (this.keptBytes > maxKeptBytesTotal) this.relieve(this.largest(), 0);
    return socket.conn.state < CLOSING;
  }

  /** Lets go of what is over a bound: of a connection without a socket there is nothing left to wait for. */
  private relieve(socket: ResumableSocket, most: number): void {
    if (socket.away !== undefined) return this.end(socket);
    const { kept } = socket;
    if (kept === undefined) return;
    while (kept.bytes > most && kept.size > 0) this.keptBytes -= kept.drop(1);
    if (kept.size === 0) socket.kept = undefined;
  }

  private largest(): ResumableSocket {
    let most: ResumableSocket | undefined;
    for (const socket of this.byId.values()) {
      if (most === undefined || (socket.kept?.bytes ?? 0) > (most.kept?.bytes ?? 0)) most = socket;
    }
    return most as ResumableSocket;
  }

  /** Its client does not mean to come back, or is not waited for any more: nothing is kept for it. */
  giveUp(socket: ResumableSocket): void {
    this.byId.delete(socket.id);
    if (socket.former !== undefined) this.byId.delete(socket.former);
    socket.id = "";
    socket.former = undefined;
    socket.joined = false;
    this.keptBytes -= socket.kept?.bytes ?? 0;
    socket.kept = undefined;
  }
}

/** 128 random bits that nobody can guess, as hexadecimal digits. */
function secret(): string {
  let text = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) text += byte.toString(16).padStart(2, "0");
  return text;
}
