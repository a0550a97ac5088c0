/** Where a client's connection stands. */
export type ConnectionState = "closed" | "connecting" | "open" | "closing" | "reconnecting";

/**
 * Every legal change of state; the connection refuses any other.
 *
 * A drop goes open → closed → reconnecting → connecting, so a listener sees each loss as `closed` first.
 */
export const TRANSITIONS: { readonly [From in ConnectionState]: readonly ConnectionState[] } = {
  closed: ["connecting", "reconnecting"],
  connecting: ["open", "closed"],
  open: ["closing", "closed"],
  closing: ["closed"],
  reconnecting: ["connecting", "closed"],
};
