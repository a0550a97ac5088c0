/** Where a client's connection stands. */
export type ConnectionState = "closed" | "connecting" | "open" | "closing" | "reconnecting";

/** Circumstances of a change of state. */
export interface StateInfo {
  /** On `closed`: the WebSocket close code; 1006 where the connection just broke. */
  code?: number;
  reason?: string;
  /** On `reconnecting`: milliseconds until the next dial. */
  delayMs?: number;
  /** On `reconnecting`: dials since the last stable connection, this one included. */
  attempt?: number;
}

/**
 * Every legal change of state; the property tests hold thousands of random lives to it.
 *
 * A drop goes open → closed → reconnecting → connecting, so a listener sees each loss as `closed` first.
 */
export const TRANSITIONS: { readonly [From in ConnectionState]: readonly ConnectionState[] } = {
  closed: ["connecting", "reconnecting"],
  // Closing before it was told as open: while the handlers of `onOpen` run.
  connecting: ["open", "closing", "closed"],
  open: ["closing", "closed"],
  closing: ["closed"],
  reconnecting: ["connecting", "closed"],
};
