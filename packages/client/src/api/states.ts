/** Where a client's connection stands. */
export type ConnectionState = "closed" | "connecting" | "open" | "closing" | "reconnecting";

/**
 * Every legal change of state; the property tests hold thousands of random lives to it.
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
