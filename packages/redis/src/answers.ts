import { createHash, randomUUID } from "node:crypto";
import { type AnswerStore, checkOptions, type Claim, type Packet, type SharedAnswer } from "@ws-kit/core/extend";
import { Commands } from "./commands.ts";
import { checkTimeout } from "./rate-limits.ts";
import { CLAIM, HOLD, SETTLE } from "./scripts.ts";
import { checkPrefix, type RedisClusterSource, type RedisSource } from "./sources.ts";

export interface RedisAnswersOptions {
  /** Before every key: `<prefix>~a:…`. Default "ws-kit". Without colons and spaces. */
  prefix?: string | undefined;
  /**
   * While Redis cannot be asked: `local`: each process decides by what it remembers itself; `deny`: a request that it does
   * not remember is answered UNAVAILABLE. Default "local".
   */
  onUnavailable?: "local" | "deny" | undefined;
  /** For how long Redis is waited for; if it did not answer it is not asked again for a second. Default 2,000. */
  timeoutMs?: number | undefined;
}

/** Answers of idempotent requests, for all processes. */
export interface RedisAnswers extends AnswerStore {
  /**
   * Ends its connections for good, which a router that is served no longer has done until it is served again. Requests that still
   * run are then nobody's, and a repeat of them is answered ABORTED.
   */
  close(): void;
}

/** A process that runs a request has it for so long, and renews that as long as it runs. */
const LEASE_MS = 10_000;
const RENEW_MS = 3_000;
/** How soon an answer that another process works on is looked for again: at first, and at most. */
const LOOK_MS = 25;
const MAX_LOOK_MS = 500;
/** The longest answer that is shared, in UTF-16 units of text and bytes of base64. */
const MAX_ANSWER = 65_536;
/** Stands for an answer that is too long. */
const TOO_LONG = "x";

interface Held {
  readonly print: string;
}

/**
 * Keeps the answers of idempotent requests in Redis, so that a repeat that comes to another process is answered what the first
 * one was, or waits for it. One script call for each request that the process does not remember itself, and one for its
 * answer. A process that is killed while it runs one leaves it without an owner after ten seconds: a repeat is then answered
 * ABORTED, with `mayHaveExecuted` in its details. An answer over 64 KiB is not kept, and its repeats on other processes are
 * answered so, too.
 *
 * @throws TypeError for what is no client and for options that do not exist; RangeError for a time out of range; Error for
 * `{ url }` anywhere but on Bun.
 * @example
 * const router = createRouter({ engine: redisEngine(client), answers: redisAnswers(client), identify });
 */
export function redisAnswers(
  source: RedisSource | RedisClusterSource | readonly RedisSource[],
  options: RedisAnswersOptions = {},
): RedisAnswers {
  checkOptions("redisAnswers()", options, { prefix: "string", onUnavailable: "string", timeoutMs: "any" });
  const { prefix = "ws-kit", onUnavailable = "local", timeoutMs = 2_000 } = options;
  checkPrefix(prefix);
  if (onUnavailable !== "local" && onUnavailable !== "deny") {
    throw new TypeError(`redisAnswers(): onUnavailable is "local" or "deny", not ${JSON.stringify(onUnavailable)}`);
  }
  checkTimeout("redisAnswers()", timeoutMs);
  const commands = new Commands(source, "redisAnswers", timeoutMs);
  return new Answers(commands, `${prefix}~a:`, onUnavailable === "local" ? "local" : "denied");
}

class Answers implements RedisAnswers {
  private readonly owner = randomUUID();
  private readonly commands: Commands;
  private readonly prefix: string;
  private readonly unavailable: "local" | "denied";
  /** What runs here, by its key in Redis. */
  private readonly held = new Map<string, Held>();
  private timer: ReturnType<typeof setInterval> | undefined = undefined;
  private resting = false;

  constructor(commands: Commands, prefix: string, unavailable: "local" | "denied") {
    this.commands = commands;
    this.prefix = prefix;
    this.unavailable = unavailable;
  }

  async claim(key: string, print: string, keepMs: number, wanted: () => boolean): Promise<Claim> {
    const place = this.placeOf(key);
    const server = this.commands.serverOf(place);
    this.resting = false;
    for (let wait = LOOK_MS; wanted(); wait = Math.min(2 * wait, MAX_LOOK_MS)) {
      let reply;
      try {
        const args = [hashOf(print), this.owner, String(LEASE_MS), String(Math.ceil(Math.max(keepMs, LEASE_MS)))];
        reply = (await server.run(CLAIM, place, args)) as readonly string[];
      } catch (error) {
        return { state: this.unavailable, cause: error as Error };
      }
      const [state, text = ""] = reply;
      if (state === "mine") this.hold(place, print);
      if (state === "mine" || state === "lost" || state === "other") return { state };
      if (state === "answered") return text === TOO_LONG ? { state: "lost" } : { state, answer: read(text) };
      await new Promise((resolve) => setTimeout(resolve, wait * (0.75 + Math.random() / 2)));
    }
    return { state: "given-up" };
  }

  settle(key: string, answer: SharedAnswer | undefined, keepMs: number): void {
    const place = this.placeOf(key);
    const held = this.held.get(place);
    if (held === undefined) return;
    this.release(place);
    const text = answer === undefined ? "" : written(answer);
    const args = [
      this.owner,
      hashOf(held.print),
      String(Math.ceil(keepMs)),
      text.length > MAX_ANSWER ? TOO_LONG : text,
    ];
    // Of what Redis did not hear, the lease ends by itself: a repeat elsewhere is told that it may have run.
    const settled = this.commands.serverOf(place).run(SETTLE, place, args);
    settled.catch(nothing).finally(() => this.resting && this.rest());
  }

  /** What still runs, or is another router's, keeps its lease: connections end behind the last of it. */
  rest(): void {
    this.resting = true;
    if (this.held.size === 0) this.commands.rest();
  }

  close(): void {
    for (const place of this.held.keys()) this.release(place);
    this.commands.close();
  }

  private hold(place: string, print: string): void {
    this.held.set(place, { print });
    this.timer ??= setInterval(() => this.renew(), RENEW_MS);
  }

  private release(place: string): void {
    this.held.delete(place);
    if (this.held.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private renew(): void {
    for (const place of this.held.keys()) {
      this.commands
        .serverOf(place)
        .run(HOLD, place, [this.owner, String(LEASE_MS)])
        .catch(nothing);
    }
  }

  /** A secret stays here: Redis has a digest of it. */
  private placeOf(key: string): string {
    return this.prefix + hashOf(key);
  }
}

function nothing(): void {}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function written({ frame, error }: SharedAnswer): string {
  const carried = typeof frame === "string" ? { t: frame } : { b: Buffer.from(frame).toString("base64") };
  return JSON.stringify(error === undefined ? carried : { ...carried, e: error });
}

function read(text: string): SharedAnswer {
  const { t, b, e } = JSON.parse(text) as { t?: string; b?: string; e?: SharedAnswer["error"] };
  const frame: Packet = t ?? Uint8Array.from(Buffer.from(b ?? "", "base64"));
  return { frame, error: e };
}
