import * as v from "valibot";
import { z } from "zod";
import { shape } from "../messages.zod.ts";
import { shape as valibotShape } from "../messages.valibot.ts";

/** As much of a socket as a handler by hand uses. */
export interface Peer {
  send(frame: string): unknown;
}

export type Receive = (peer: Peer, text: string) => void;

type Issues = readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];

interface Checker {
  (value: unknown): { ok: true; value: unknown } | { ok: false; issues?: Issues };
}

const zodPayload = z.object(shape);
const valibotPayload = v.object(valibotShape);

function byZod(payload: z.ZodType): Checker {
  return (value) => {
    const result = payload.safeParse(value);
    return result.success ? { ok: true, value: result.data } : { ok: false };
  };
}

/** As zod's guide shows it, where a refusal says what did not fit. */
const byZodToldWhy: Checker = (value) => {
  const result = zodPayload.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, issues: result.error.issues.map(({ path, message }) => ({ path, message })) };
};

const byValibot: Checker = (value) => {
  const result = v.safeParse(valibotPayload, value);
  return result.success ? { ok: true, value: result.output } : { ok: false };
};

function refuse(peer: Peer, code: string, message: string): void {
  peer.send(JSON.stringify({ type: "ERROR", payload: { code, message } }));
}

/** Says as much of a refused payload as WS-Kit does. */
function refuseBecause(peer: Peer, type: string, issues: Issues): void {
  const [first] = issues;
  const message = `Invalid payload of "${type}" at ${first?.path.join(".") || "its root"}: ${first?.message}`;
  const payload = { code: "INVALID_ARGUMENT", message, retryable: false, details: { in: "payload", issues } };
  peer.send(JSON.stringify({ type: "ERROR", meta: { inReplyTo: type }, payload }));
}

/**
 * What somebody writes who needs no framework: parse, switch on the type, check the payload, answer. It makes the same
 * checks of what comes in as WS-Kit makes and, with `checkReply`, of what goes out; it has no limits, no order, no
 * settlement.
 */
export function handWritten(check: Checker, checkReply: boolean): Receive {
  return (peer, text) => {
    let frame: { type?: unknown; meta?: { correlationId?: unknown }; payload?: unknown };
    try {
      frame = JSON.parse(text) as typeof frame;
    } catch {
      refuse(peer, "INVALID_ARGUMENT", "Not JSON");
      return;
    }
    if (typeof frame !== "object" || frame === null) {
      refuse(peer, "INVALID_ARGUMENT", "Not a frame");
      return;
    }
    switch (frame.type) {
      case "ECHO": {
        const payload = check(frame.payload);
        if (!payload.ok) {
          if (payload.issues === undefined) refuse(peer, "INVALID_ARGUMENT", "Bad payload");
          else refuseBecause(peer, frame.type, payload.issues);
          return;
        }
        if (!checkReply) {
          peer.send(JSON.stringify({ type: "ECHOED", payload: payload.value }));
          return;
        }
        const reply = check(payload.value);
        if (reply.ok) peer.send(JSON.stringify({ type: "ECHOED", payload: reply.value }));
        return;
      }
      case "ASK": {
        const correlationId = frame.meta?.correlationId;
        const payload = check(frame.payload);
        if (typeof correlationId !== "string" || !payload.ok) {
          refuse(peer, "INVALID_ARGUMENT", "Bad request");
          return;
        }
        const reply = checkReply ? check(payload.value) : payload;
        if (reply.ok) {
          peer.send(JSON.stringify({ type: "ANSWER", meta: { correlationId }, payload: reply.value }));
        }
        return;
      }
      default:
        refuse(peer, "UNIMPLEMENTED", "Unknown type");
    }
  };
}

export const handWrittenToldWhy: Receive = handWritten(byZodToldWhy, true);
export const handWrittenZod = (checkReply: boolean, payload: z.ZodType = z.object(shape)): Receive =>
  handWritten(byZod(payload), checkReply);
export const handWrittenValibot = (checkReply: boolean): Receive => handWritten(byValibot, checkReply);

/** Who follows what, as somebody writes it: two maps of sets, and promises, since it may one day be asked of elsewhere. */
class Rooms {
  private readonly byTopic = new Map<string, Set<Peer>>();
  private readonly byPeer = new Map<Peer, Set<string>>();

  async join(peer: Peer, topic: string): Promise<void> {
    if (topic === "" || topic.length > 256) throw new Error("Not a topic");
    let peers = this.byTopic.get(topic);
    if (peers === undefined) this.byTopic.set(topic, (peers = new Set()));
    peers.add(peer);
    let topics = this.byPeer.get(peer);
    if (topics === undefined) this.byPeer.set(peer, (topics = new Set()));
    topics.add(topic);
  }

  async leave(peer: Peer, topic: string): Promise<void> {
    this.byPeer.get(peer)?.delete(topic);
    const peers = this.byTopic.get(topic);
    peers?.delete(peer);
    if (peers?.size === 0) this.byTopic.delete(topic);
  }
}

/** An asynchronous echo that joins two rooms and leaves one. */
export function handWrittenTopics(): Receive {
  const rooms = new Rooms();
  let turn = 0;
  return handWrittenAsync(0, async (peer) => {
    const room = `room-${turn++ % 2}`;
    await rooms.join(peer, room);
    await rooms.join(peer, "lobby");
    await rooms.leave(peer, room);
  });
}

/**
 * The same where handlers are asynchronous, each behind so many functions that wait for it: nothing keeps the order of
 * messages, and what fails is dropped.
 */
export function handWrittenAsync(guards: number, before?: (peer: Peer) => Promise<void>): Receive {
  const check = byZod(z.object(shape));
  const answer = async (peer: Peer, type: string, correlationId: unknown, value: unknown): Promise<void> => {
    if (before !== undefined) await before(peer);
    const reply = check(value);
    if (!reply.ok) return;
    const meta = correlationId === undefined ? {} : { meta: { correlationId } };
    peer.send(JSON.stringify({ type, ...meta, payload: reply.value }));
  };
  let handle = answer;
  for (let i = 0; i < guards; i++) {
    const next = handle;
    handle = async (...args) => {
      await next(...args);
    };
  }
  const serve = async (peer: Peer, text: string): Promise<void> => {
    const frame = JSON.parse(text) as { type?: unknown; meta?: { correlationId?: unknown }; payload?: unknown };
    const payload = check(frame.payload);
    if (!payload.ok) return refuse(peer, "INVALID_ARGUMENT", "Bad payload");
    switch (frame.type) {
      case "ECHO":
        return handle(peer, "ECHOED", undefined, payload.value);
      case "ASK":
        return handle(peer, "ANSWER", frame.meta?.correlationId, payload.value);
      default:
        refuse(peer, "UNIMPLEMENTED", "Unknown type");
    }
  };
  return (peer, text) => {
    serve(peer, text).catch(() => {
      refuse(peer, "INVALID_ARGUMENT", "Not JSON");
    });
  };
}
