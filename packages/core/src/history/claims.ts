import type { Position } from "../protocol/position.ts";

/** What a client says of where it stood in a topic. */
export interface Claim {
  readonly position: Position;
  readonly grant: string | undefined;
}

/** Characters of an epoch, and of a grant, that are looked at. */
const MAX_TEXT = 128;

/** One entry of `$ws:positions`: `[epoch, offset, grant?]`. Undefined for anything else. */
export function claimOf(value: unknown): Claim | undefined {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) return undefined;
  const [epoch, offset, grant] = value as unknown[];
  if (!isText(epoch) || !Number.isSafeInteger(offset) || (offset as number) < 0) return undefined;
  if (grant !== undefined && grant !== null && !isText(grant)) return undefined;
  return { position: { epoch, offset: offset as number }, grant: isText(grant) ? grant : undefined };
}

/** What a connection says of itself at its beginning. */
export interface Claimed {
  /** Those that are well formed. */
  readonly claims: Map<string, Claim>;
  /** They are all. */
  readonly isWhole: boolean;
}

/** Undefined for what is no such thing, or is of more topics. */
export function claimsOf(payload: unknown, maxTopics: number): Claimed | undefined {
  const topics = (payload as { topics?: unknown } | undefined)?.topics;
  if (typeof topics !== "object" || topics === null || Array.isArray(topics)) return undefined;
  const names = Object.keys(topics);
  if (names.length > maxTopics) return undefined;
  const claims = new Map<string, Claim>();
  for (const name of names) {
    const claim = claimOf((topics as Record<string, unknown>)[name]);
    if (claim !== undefined) claims.set(name, claim);
  }
  return { claims, isWhole: claims.size === names.length };
}

/** Milliseconds for which what a connection says of itself waits to be used. */
const CLAIMS_MS = 30_000;

/** What connections said of themselves, until they follow those topics again. Nothing here gives anybody a right. */
export class Claims {
  private readonly of = new WeakMap<object, { readonly claims: Map<string, Claim>; readonly until: number }>();

  /** @returns false where it has said so before. */
  add(conn: object, claims: Map<string, Claim>, now: number): boolean {
    if (this.of.has(conn)) return false;
    this.of.set(conn, { claims, until: now + CLAIMS_MS });
    return true;
  }

  /** What it said of the topic; once. */
  take(conn: object, topic: string, now: number): Claim | undefined {
    const found = this.of.get(conn);
    const claim = found?.claims.get(topic);
    found?.claims.delete(topic);
    return found !== undefined && now <= found.until ? claim : undefined;
  }

  /** It could not be used: whoever tries again brings no other. */
  giveBack(conn: object, topic: string, claim: Claim): void {
    this.of.get(conn)?.claims.set(topic, claim);
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= MAX_TEXT;
}
