import type { z } from "zod";
import type { Peer } from "../dispatch/hand-written.ts";

/** A handler by hand: of a payload that was checked. */
export type Handle = (peer: never, payload: never) => unknown;

/** Rooms by hand. */
export class Rooms {
  private readonly rooms = new Map<string, Set<Peer>>();

  join(peer: Peer, room: string): void {
    let peers = this.rooms.get(room);
    if (peers === undefined) this.rooms.set(room, (peers = new Set()));
    peers.add(peer);
  }

  leave(peer: Peer, room: string): void {
    const peers = this.rooms.get(room);
    peers?.delete(peer);
    if (peers?.size === 0) this.rooms.delete(room);
  }

  of(room: string): Iterable<Peer> {
    return this.rooms.get(room) ?? [];
  }
}

/** Checks and encodes what goes out. */
export function encoded(type: string, schema: z.ZodType, payload: unknown): string {
  const result = schema.safeParse(payload);
  if (!result.success) throw result.error;
  return JSON.stringify({ type, payload: result.data });
}

/** One type of message, by hand: parse, check, handle. */
export function receiving(type: string, schema: z.ZodType, handle: Handle): (peer: Peer, text: string) => void {
  return (peer, text) => {
    const frame = JSON.parse(text) as { type?: unknown; payload?: unknown };
    if (frame.type !== type) return;
    const result = schema.safeParse(frame.payload);
    if (result.success) handle(peer as never, result.data as never);
    else {
      const issues = result.error.issues.map(({ path, message }) => ({ path, message }));
      const [first] = issues;
      const message = `Invalid payload of "${type}" at ${first?.path.join(".") || "its root"}: ${first?.message}`;
      const payload = { code: "INVALID_ARGUMENT", message, retryable: false, details: { in: "payload", issues } };
      peer.send(JSON.stringify({ type: "ERROR", meta: { inReplyTo: type }, payload }));
    }
  };
}

/** As `receiving`, where check, guard and handler are asynchronous. */
export function receivingLater(type: string, schema: z.ZodType, handle: Handle): (peer: Peer, text: string) => void {
  const guarded = async (peer: Peer, payload: unknown) => {
    await handle(peer as never, payload as never);
  };
  const serve = async (peer: Peer, text: string): Promise<void> => {
    const frame = JSON.parse(text) as { type?: unknown; payload?: unknown };
    if (frame.type !== type) return;
    const result = await schema.safeParseAsync(frame.payload);
    if (result.success) await guarded(peer, result.data);
  };
  return (peer, text) => {
    serve(peer, text).catch(() => {});
  };
}
