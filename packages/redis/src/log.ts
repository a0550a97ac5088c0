import type {
  Added,
  EngineLog,
  Keeping,
  LogFrame,
  LogReading,
  Packet,
  Position,
  ReadLimits,
  Recording,
  Revocation,
} from "@ws-kit/core/extend";
import { type Command, runScript, textOf } from "./run-script.ts";
import { APPEND, READ, SEVER } from "./scripts.ts";

/** Milliseconds after which a topic that keeps nothing any more does not know any longer how far it came. */
const REMEMBERED_MS = 86_400_000;
/** Milliseconds for which the id of a message is remembered. */
const DEDUPE_MS = 120_000;
/** The longest time that a key may live, so that it fits the server's clock. */
const MAX_TTL_MS = 2 ** 50;

/** Revocations that are kept: those that hold longest. */
const MAX_REVOKED = 100_000;

/** What a server answers that has not begun, or has come no further than to look. */
const REFUSALS = /^(OOM|READONLY|WRONGTYPE|NOPERM|LOADING|MISCONF|CLUSTERDOWN|NOREPLICAS|MOVED) /;

const FRAME = /^r (\S+) (\d+) (.*)$/;
const LINE_FEED = 10;
const R = 114;
const N = 110;

/** Where one Redis server keeps recorded topics. Every method is one command, and one script in it. */
export class RedisLog implements EngineLog {
  private readonly prefix: string;
  private readonly isSharded: boolean;
  private readonly command: () => Command;
  private readonly untold: (cause: Error) => void;

  /**
   * @param command What sends a command now. @throws Error where there is no connection.
   * @param untold Something was written of which the nodes were not told: they have to look for it.
   */
  constructor(prefix: string, isSharded: boolean, command: () => Command, untold: (cause: Error) => void) {
    this.untold = untold;
    this.prefix = prefix;
    this.isSharded = isSharded;
    this.command = command;
  }

  async append(topic: string, messages: readonly Recording[], keeping: Keeping): Promise<readonly Added[]> {
    const { size, maxBytes, ttlMs } = keeping;
    const ids = messages.map(({ id }) => this.key("d", topic, id ?? ""));
    const head = [
      epoch(),
      ...this.publishing(topic),
      String(size),
      figure(maxBytes),
      figure(ttlMs),
      figure(ttlMs + REMEMBERED_MS),
      String(DEDUPE_MS),
    ];
    const parts = messages.flatMap(({ packet, from, id }) => [packet, from ?? "", id === undefined ? "" : "1"]);
    const keys = [this.key("m", topic), this.key("s", topic), ...ids];
    const reply = await runScript(this.command(), APPEND, keys, [...head, ...parts]).catch((error: unknown) => {
      // Of a script that fails nothing is left behind.
      throw error instanceof Error && REFUSALS.test(error.message) ? Object.assign(error, { recorded: false }) : error;
    });
    const [now = "", refused = "", ...places] = (reply as readonly Packet[]).map(textOf);
    this.heed(refused);
    return places.map((place) => {
      const [first = "", second] = place.split(" ");
      // One that was there says of which epoch it is.
      if (second !== undefined) {
        return { position: { epoch: first, offset: Number(second) }, duplicate: true, prev: undefined };
      }
      const offset = Number(first);
      return { position: { epoch: now, offset }, duplicate: false, prev: offset - 1 };
    });
  }

  async read(topic: string, after: number, { ttlMs }: Keeping, limits: ReadLimits): Promise<LogReading> {
    const args = [epoch(), String(after), figure(limits.messages), figure(limits.bytes), figure(ttlMs + REMEMBERED_MS)];
    const reply = await runScript(this.command(), READ, [this.key("m", topic), this.key("s", topic)], args);
    const [name, topText, chain, limited, found] = reply as [Packet, Packet, Packet, Packet, [Packet, Packet[]][]];
    const top = Number(textOf(topText));
    const entries = found
      .map(([id, [, packet = "", , from]]) => {
        const sender = textOf(from ?? "");
        return { offset: Number(textOf(id).split("-")[0]), packet, from: sender === "" ? undefined : sender };
      })
      .toReversed();
    const floor = (entries[0]?.offset ?? top + 1) - 1;
    return {
      epoch: textOf(name),
      top,
      chain: [...textOf(chain).matchAll(/(\S+):(\d+)/g)].map(([, old = "", end]) => [old, Number(end)] as const),
      floor,
      limited: textOf(limited) === "1",
      aged: false,
      entries,
    };
  }

  async sever(topic: string, { epoch: lost, offset }: Position, { ttlMs }: Keeping): Promise<void> {
    const args = [epoch(), ...this.publishing(topic), figure(ttlMs + REMEMBERED_MS), lost, String(offset)];
    const refused = await runScript(this.command(), SEVER, [this.key("m", topic), this.key("s", topic)], args);
    this.heed(textOf(refused as Packet));
  }

  private heed(refused: string): void {
    if (refused !== "") this.untold(new Error(`Redis has refused to publish: ${refused}`));
  }

  async secret(proposed: Uint8Array): Promise<Uint8Array> {
    const key = `${this.prefix}~secret`;
    const command = this.command();
    const [, found] = await Promise.all([command(["SET", key, toHex(proposed), "NX"]), command(["GET", key])]);
    return fromHex(textOf(found as Packet));
  }

  async revoke(revocations: readonly Revocation[]): Promise<void> {
    const key = this.revoked;
    const command = this.command();
    const members = revocations.flatMap(({ topic, user, mark, until }) => [
      figure(until),
      JSON.stringify([topic, user, mark]),
    ]);
    await command(["ZADD", key, "GT", ...members]);
    await command(["ZREMRANGEBYRANK", key, "0", String(-1 - MAX_REVOKED)]);
  }

  async revocations(): Promise<readonly Revocation[]> {
    const key = this.revoked;
    const command = this.command();
    await command(["ZREMRANGEBYSCORE", key, "-inf", String(Date.now())]);
    const found = (await command(["ZRANGE", key, "0", "-1", "WITHSCORES"])) as readonly (Packet | [Packet, number])[];
    const flat = found.flat().map((one) => (typeof one === "number" ? String(one) : textOf(one)));
    return flat.flatMap((member, i) => {
      if (i % 2 === 1) return [];
      const [topic, user, mark] = JSON.parse(member) as [string, string, string];
      return [{ topic, user, mark, until: Number(flat[i + 1]) }];
    });
  }

  private get revoked(): string {
    return `${this.prefix}~revoked`;
  }

  /** The channel of a topic, and the command that publishes to it. */
  private publishing(topic: string): readonly [channel: string, command: string] {
    return [`${this.prefix}:${topic}`, this.isSharded ? "SPUBLISH" : "PUBLISH"];
  }

  /** All of one topic lie in one slot of a cluster. */
  private key(kind: string, topic: string, id?: string): string {
    return `${this.prefix}~${kind}:{${topic}}${id === undefined ? "" : `\n${id}`}`;
  }
}

/** What a script has published; undefined for what a node has. */
export function logFrame(packet: Packet): LogFrame | undefined {
  if (typeof packet === "string" ? !packet.startsWith("r ") : packet[0] !== R) return undefined;
  const end = typeof packet === "string" ? packet.indexOf("\n") : packet.indexOf(LINE_FEED);
  const [, name, offset, from = ""] = FRAME.exec(textOf(packet.slice(0, end))) ?? [];
  if (name === undefined) return undefined;
  return {
    epoch: name,
    offset: Number(offset),
    prev: Number(offset) - 1,
    packet: packet.slice(end + 1),
    from: from === "" ? undefined : from,
  };
}

/** The epoch under which a log goes on that was severed; undefined for anything else. */
export function changedTo(packet: Packet): string | undefined {
  if (typeof packet === "string" ? !packet.startsWith("n ") : packet[0] !== N) return undefined;
  return textOf(packet).slice(2);
}

/** A whole number that Redis takes. */
function figure(value: number): string {
  return String(Math.ceil(Math.min(value, MAX_TTL_MS)));
}

/** A name that no other epoch has: 96 random bits. */
function epoch(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(12)));
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
