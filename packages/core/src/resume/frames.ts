import { ACK_TYPE, GOAWAY_FRAME, PING_FRAME, PONG_FRAME, RESUMED_TYPE, SESSION_TYPE } from "../protocol/envelope.ts";

// JSON in text messages whatever the codec is, so that both ends tell them from what is counted without decoding it.

export function sessionFrame(id: string, windowMs: number): string {
  return JSON.stringify({ type: SESSION_TYPE, payload: { id, windowMs } });
}

export function resumedFrame(id: string, received: number): string {
  return JSON.stringify({ type: RESUMED_TYPE, payload: { id, received } });
}

export function ackFrame(received: number): string {
  return JSON.stringify({ type: ACK_TYPE, payload: { received } });
}

const ACK = /^\{"type":"\$ws:ack","payload":\{"received":(\d{1,15})\}\}$/;

/** How many frames a client says have come; undefined where it says something else. */
export function ackedBy(text: string): number | undefined {
  const [, received] = ACK.exec(text) ?? [];
  return received === undefined ? undefined : Number(received);
}

/** What neither side counts: it means something on its own socket alone. */
export function isUncounted(text: string): boolean {
  return text === PING_FRAME || text === PONG_FRAME || text === GOAWAY_FRAME;
}

/** How the frames of the protocol itself begin, as clients write them. */
export const CONTROL_START = '{"type":"$ws:';
