import type { Deadlines, Expiring } from "../base/deadlines.ts";
import type { Clock } from "../base/clock.ts";
import type { PresencePolicy } from "../message/presence.ts";
import type { Entry } from "./room.ts";

/** Milliseconds between two states of one connection: what comes faster waits, and the last one counts. */
const PACE_MS = 200;

/** What all of a process's presences have. */
interface Host {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** What a connection says has changed; undefined where it is gone. */
  put(topic: string, policy: PresencePolicy, id: string, entry: Entry | undefined): void;
}

/** What one connection says of itself in one topic. */
export class Saying implements Expiring {
  expiresAt = 0;
  listed: object | undefined = undefined;
  /** Counts what it was asked to say: only the last of it is said. */
  asked = 0;
  /** Of which the last was no part. */
  wholeAt = 0;
  /** A check of what it was asked to say last, for which its parts wait. */
  checking: Promise<void> | undefined = undefined;
  /** What was given for what it says, as JSON: a part is a part of that, since a schema may make something else of it. */
  given = "";
  private text: string | undefined = undefined;
  /** Of which member it is. */
  key = "";
  /** Waits until enough time has passed since what was said last. */
  private next: string | undefined = undefined;
  private nextAt = 0;
  private ended = false;
  private readonly host: Host;
  private readonly topic: string;
  private readonly policy: PresencePolicy;
  private readonly id: string;

  constructor(host: Host, topic: string, policy: PresencePolicy, id: string) {
    this.host = host;
    this.topic = topic;
    this.policy = policy;
    this.id = id;
  }

  /** Its state as JSON, what waits included; undefined while it has said nothing. */
  get latest(): string | undefined {
    return this.next ?? this.text;
  }

  say(key: string, text: string, given: string): void {
    const now = this.host.clock.monotonic();
    this.key = key;
    this.given = given;
    if (this.text !== undefined && now < this.nextAt) {
      if (this.next === undefined) this.host.deadlines.add(this, this.nextAt - now);
      this.next = text;
      return;
    }
    this.put(text, now);
  }

  /** Its connection is another member's now. */
  rename(key: string): void {
    if (key === this.key) return;
    this.key = key;
    if (this.text !== undefined) this.show(this.text);
  }

  /** It is over: at once, or where its connection has closed after the time of grace, for which it is still shown. */
  end(hasClosed: boolean): void {
    this.asked++;
    this.ended = true;
    const { host, key, latest, id } = this;
    const { graceMs } = this.policy;
    host.deadlines.delete(this);
    if (latest === undefined) return;
    if (!hasClosed || graceMs === 0) return this.remove();
    host.put(this.topic, this.policy, id, { key, text: latest, lingers: true });
    host.deadlines.add(this, graceMs);
  }

  expire(): void {
    if (this.ended) return this.remove();
    const { next } = this;
    if (next !== undefined) this.put(next, this.host.clock.monotonic());
  }

  private put(text: string, now: number): void {
    this.next = undefined;
    this.text = text;
    this.nextAt = now + PACE_MS;
    this.show(text);
  }

  private show(text: string): void {
    this.host.put(this.topic, this.policy, this.id, { key: this.key, text, lingers: false });
  }

  private remove(): void {
    this.host.put(this.topic, this.policy, this.id, undefined);
  }
}
