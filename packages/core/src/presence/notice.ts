import { WsKitError } from "../message/errors.ts";
import { type Members, processOf } from "../ports/member-store.ts";
import type { Packet } from "../protocol/codec.ts";
import type { Entry } from "./room.ts";

/** Before the name of a topic: what nodes say of who is there, to each other and in the engine. */
const PRESENCE = "\u0001p:";

/** Of one entry: key, state, and 1 where its connection has closed; null for one that is gone. */
export type Told = readonly [key: string, state: unknown, lingers: 0 | 1];

/** What a node says when something has changed. */
export interface Notice {
  readonly node: string;
  readonly entries: Readonly<Record<string, Told | null>>;
}

/** An entry of another node. */
export interface Found {
  readonly node: string;
  readonly entry: Entry;
}

/** The entries of other nodes that live; of one under several names what it said under the last one. */
export function entriesIn(
  members: Members,
  found: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Map<string, Found> {
  const all = new Map<string, Found>();
  const own = members.node === undefined ? undefined : processOf(members.node);
  for (const [node, entries] of [...found].toSorted(([a], [b]) => begunAs(a) - begunAs(b))) {
    if (processOf(node) === own || !members.isLive(node)) continue;
    for (const [entryId, text] of entries) {
      all.set(`${processOf(node)}:${entryId}`, { node, entry: entryOf(JSON.parse(text) as Told) });
    }
  }
  return all;
}

/** Which of its names it is. */
function begunAs(node: string): number {
  return Number(node.slice(node.lastIndexOf("-") + 1));
}

export function channelOf(name: string): string {
  return PRESENCE + name;
}

export function away(name: string, cause?: unknown): WsKitError {
  const text = `Who is on other nodes in ${JSON.stringify(name)} cannot be known now`;
  return new WsKitError("UNAVAILABLE", text, undefined, { retryable: true, cause });
}

export function toldOf(entry: Entry | undefined): Told | null {
  return entry === undefined ? null : [entry.key, JSON.parse(entry.text) as unknown, entry.lingers ? 1 : 0];
}

export function entryOf([key, state, lingers]: Told): Entry {
  return { key, text: JSON.stringify(state), lingers: lingers === 1 };
}

export function noticeOf(frame: Packet): Notice | undefined {
  try {
    return JSON.parse(typeof frame === "string" ? frame : new TextDecoder().decode(frame)) as Notice;
  } catch {
    return undefined;
  }
}
