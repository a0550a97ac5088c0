import type { Clock } from "../base/clock.ts";
import { Connection } from "./connection.ts";

/** A connection by any of its faces: what hooks are given, a handler's `ctx`, a handle of `router.connections`. */
export interface SlotHolder {
  readonly clientId: string;
}

/** Whose connection it is, by `identify`; undefined for nobody's. @throws TypeError for what is no connection. */
export function userOf(holder: SlotHolder): string | undefined {
  const conn = connectionBehind(holder);
  return conn.hub.identities.get(conn);
}

/**
 * From where it came, as `peer.remoteAddress` of `authenticate`; undefined where the runtime does not tell, and where no
 * extension has its listener keep it. @throws TypeError for what is no connection.
 */
export function addressOf(holder: SlotHolder): string | undefined {
  const conn = connectionBehind(holder);
  return conn.hub.addresses?.get(conn.data);
}

/** The time that its listener goes by. @throws TypeError for what is no connection. */
export function clockOf(holder: SlotHolder): Clock {
  return connectionBehind(holder).hub.clock;
}

/** One extension's state of each connection; it goes when the connection does. */
export interface Slot<T> {
  /**
   * What is kept, made at first use where the slot was defined with `make`.
   * @throws TypeError for what is no connection.
   */
  of(holder: SlotHolder): T;
  /** What is kept, without making it. */
  peek(holder: SlotHolder): T | undefined;
  set(holder: SlotHolder, value: T): void;
}

let defined = 0;

/**
 * Defines a place in every connection. Define it once, beside the extension and not in its `setup`: places are never
 * given back. It is read in two steps, and costs a connection nothing until it is first filled.
 *
 * @example
 * const lastSeen = defineSlot(() => ({ at: 0 }));
 * const idle: Extension = {
 *   name: "idle",
 *   setup: () => ({ received: (connection, { at }) => void (lastSeen.of(connection).at = at) }),
 * };
 */
export function defineSlot<T>(make: (connection: { readonly clientId: string }) => T): Slot<T>;
export function defineSlot<T>(): Slot<T | undefined>;
export function defineSlot<T>(make?: (connection: { readonly clientId: string }) => T): Slot<T | undefined> {
  const at = defined++;
  return {
    of(holder) {
      const conn = connectionBehind(holder);
      const kept = conn.slots?.[at] as T | undefined;
      if (kept !== undefined || make === undefined) return kept;
      const made = make(conn);
      keep(conn, at, made);
      return made;
    },
    peek: (holder) => connectionBehind(holder).slots?.[at] as T | undefined,
    set: (holder, value) => keep(connectionBehind(holder), at, value),
  };
}

function keep(conn: Connection, at: number, value: unknown): void {
  const slots = (conn.slots ??= []);
  // No holes: a list with them is slower in every engine.
  while (slots.length < at) slots.push(undefined);
  slots[at] = value;
}

function connectionBehind(holder: SlotHolder): Connection {
  if (holder instanceof Connection) return holder;
  const { conn } = holder as { readonly conn?: unknown };
  if (conn instanceof Connection) return conn;
  throw new TypeError("A slot is asked for a connection, a context or a handle of router.connections");
}
