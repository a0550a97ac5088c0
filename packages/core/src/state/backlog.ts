import type { Packet } from "../protocol/codec.ts";

/** What one peer has not read, as it was when somebody last looked. */
export interface Backlog {
  /** Bytes, those sent since then included. */
  bytes: number;
  /** When they last got fewer, in monotonic milliseconds. */
  since: number;
  /** When its socket is ended whatever it does, in monotonic milliseconds; Infinity while it is not being closed for its slowness. */
  until: number;
  /** The last frames of messages that may be skipped, by what they replace; sent when everything is read. */
  held: Map<string, Packet> | undefined;
  /** Their UTF-16 units, or bytes. */
  heldUnits: number;
}
