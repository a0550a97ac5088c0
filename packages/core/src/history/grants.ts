import type { History } from "../message/history.ts";
import type { Position } from "../protocol/position.ts";
import { MAX_SKEW_MS, type Revocations } from "./revocations.ts";

/** Bytes of a grant's signature: 96 bits of HMAC-SHA-256 (RFC 2104), truncated as RFC 2104 §5 allows. */
const MAC_BYTES = 12;

/** Who may see a topic from where on. */
interface Grant {
  readonly topic: string;
  /** Whose it is; "" where nobody is told apart, and who has the grant may use it. */
  readonly user: string;
  readonly epoch: string;
  /** The offset at which this user began to follow the topic. */
  readonly begin: number;
  /** Tells the connection that it is given to apart: who brings it went on from that one. Without dots. */
  readonly by: string;
  /** Of the last revocation before it; undefined where there was none. */
  readonly mark: string | undefined;
}

/** As `give` writes it. */
const FORM = /^[0-9a-z]{1,11}\.[0-9a-z]{1,11}\.[\w-]{16}\.[\w-]+\.[\w-]+(?:\.[0-9a-z]+)?$/;

/** What a grant proves: from where on somebody may see a topic, and which connection it was given to. */
export interface Proof {
  readonly begin: Position;
  readonly by: string;
}

/**
 * Proofs, handed to clients and brought back by them, of where in a topic somebody began: a position alone is a claim that
 * anybody could make who has ever followed the topic.
 */
export class Grants {
  private readonly secret: () => Promise<Uint8Array> | Uint8Array;
  private readonly revocations: Revocations;
  private key: Promise<CryptoKey> | undefined = undefined;

  constructor(secret: () => Promise<Uint8Array> | Uint8Array, revocations: Revocations) {
    this.secret = secret;
    this.revocations = revocations;
  }

  /** @param now Milliseconds since the epoch. */
  async give(grant: Grant, now: number): Promise<string> {
    const { begin, epoch, by, mark } = grant;
    const parts = [begin.toString(36), now.toString(36), await this.mac(grant, now), epoch, by];
    return (mark === undefined ? parts : [...parts, mark]).join(".");
  }

  /**
   * What who brings this can prove; undefined where that is nothing. Whether the log goes on from there is the log's to say: it
   * may have another epoch by now.
   */
  async proofOf(
    given: string,
    topic: string,
    user: string,
    { grantMs }: History,
    now: number,
  ): Promise<Proof | undefined> {
    if (!FORM.test(given)) return undefined;
    const [beginText = "", givenText = "", mac = "", epoch = "", by = "", mark] = given.split(".");
    const [begin, givenAt] = [parseInt(beginText, 36), parseInt(givenText, 36)];
    const age = now - givenAt;
    if (age > grantMs || age < -MAX_SKEW_MS) return undefined;
    const isOurs = same(mac, await this.mac({ topic, user, epoch, begin, by, mark }, givenAt));
    const wanted = this.revocations.markOf(topic, user);
    return isOurs && (wanted === undefined || wanted === mark) ? { begin: { epoch, offset: begin }, by } : undefined;
  }

  private async mac({ topic, user, epoch, begin, by, mark }: Grant, now: number): Promise<string> {
    this.key ??= this.imported();
    const text = new TextEncoder().encode(JSON.stringify([topic, user, epoch, begin, now, by, mark]));
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", await this.key, text)).subarray(0, MAC_BYTES);
    return btoa(String.fromCharCode(...mac))
      .replaceAll("+", "-")
      .replaceAll("/", "_");
  }

  private async imported(): Promise<CryptoKey> {
    const secret = new Uint8Array(await this.secret());
    return crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  }
}

/** Compares two texts of the same length in a time that does not tell where they differ. */
function same(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  return difference === 0;
}
