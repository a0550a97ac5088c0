import type { Logger } from "../base/logger.ts";
import { WsKitError } from "./errors.ts";

/** What is looked at of a family of topics. */
interface Family {
  readonly pattern: string;
  readonly history?: unknown;
  readonly presence?: unknown;
  match(this: void, name: string): unknown;
}

/**
 * Families that keep something or say who is there, and of which no router has been told: to a router their names are names like any
 * other, live and without a presence.
 */
const untold = new Set<Family>();

export function defined(family: Family): void {
  if (family.history !== undefined || family.presence !== undefined) untold.add(family);
}

/** A router knows them from now on. */
export function told(families: readonly Family[]): void {
  for (const family of families) untold.delete(family);
}

/** The family that a name may be of, and what no router knows of it. */
function familyOf(name: string): string | undefined {
  // A loop over nothing makes an iterator too.
  if (untold.size === 0) return undefined;
  for (const { history, match, pattern } of untold) {
    if (match(name) === undefined) continue;
    const what = history === undefined ? "presence" : "history";
    return `${pattern}, which declares a ${what} that no router knows of: createRouter({ topics: [Room] }) with that family, or router.topic()`;
  }
  return undefined;
}

/** What is wrong with a name that means nothing more to a router, where it would had any router been told; otherwise undefined. */
export function untoldOf(name: string): TypeError | undefined {
  const family = familyOf(name);
  return family === undefined ? undefined : new TypeError(`${JSON.stringify(name)} is of ${family}`);
}

/** Says it of a topic that can be followed all the same: a plain text may look like another program's family. */
export function warnUntold(name: string, logger: Logger): void {
  const family = familyOf(name);
  if (family !== undefined) logger.warn(`A topic is followed as a live one that looks like one of ${family}`);
}

/** @throws TypeError as `untoldOf` has it. */
export function checkTold(name: string): void {
  const error = untoldOf(name);
  if (error !== undefined) throw error;
}

export function withoutPresence(name: string): Error {
  const text = `${JSON.stringify(name)} has no presence, as topic() declares one`;
  return untoldOf(name) ?? new WsKitError("FAILED_PRECONDITION", text);
}
