import type { Revocation } from "../ports/revocation.ts";

/** Users and topics whose revocations are remembered, at most; the oldest are forgotten first. */
const MAX_REVOKED = 100_000;

/** Milliseconds by which clocks of nodes may differ: for so long a revocation outlasts what it makes void. */
export const MAX_SKEW_MS = 86_400_000;

/** Bytes of a mark. */
const MARK_BYTES = 6;

/** Random text without dots. */
export function newMark(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(MARK_BYTES)), (byte) =>
    byte.toString(36).padStart(2, "0"),
  ).join("");
}

/** The grants that are void although their time is not over. */
export class Revocations {
  private readonly last = new Map<string, Revocation>();

  /**
   * From now on.
   * @param now Milliseconds since the epoch.
   * @returns what others have to know: it counts for longer than whatever it replaces.
   */
  revoke(given: Revocation, now: number): Revocation {
    const known = this.last.get(keyOf(given.topic, given.user));
    if (known?.mark === given.mark) return known;
    const revocation = { ...given, until: Math.max(given.until, (known?.until ?? 0) + 1) };
    this.learn(revocation, now);
    return revocation;
  }

  /** Of two for the same user and topic the one that counts for longer holds, so that all nodes end up with the same. */
  learn(revocation: Revocation, now: number): void {
    const key = keyOf(revocation.topic, revocation.user);
    const known = this.last.get(key);
    if (known !== undefined && !outlasts(revocation, known)) return;
    this.last.delete(key);
    this.last.set(key, revocation);
    for (const [old, { until }] of this.last) {
      if (until > now && this.last.size <= MAX_REVOKED) break;
      this.last.delete(old);
    }
  }

  /** What a grant has to carry; undefined where any may be brought. */
  markOf(topic: string, user: string): string | undefined {
    return this.last.size === 0 ? undefined : this.last.get(keyOf(topic, user))?.mark;
  }

  /** Those that are not among these. */
  beyond(others: readonly Revocation[]): Revocation[] {
    const marks = new Set(others.map(({ mark }) => mark));
    return [...this.last.values()].filter(({ mark }) => !marks.has(mark));
  }
}

function outlasts(one: Revocation, other: Revocation): boolean {
  return one.until === other.until ? one.mark > other.mark : one.until > other.until;
}

function keyOf(topic: string, user: string): string {
  return JSON.stringify([topic, user]);
}
