import type { Clock } from "../base/clock.ts";
import { notCarried } from "../message/not-carried.ts";
import type { NodeAnswers, NodeRequest, RequestEvents, Serving, UserAsk, UserRequest } from "../ports/nodes.ts";
import type { Packet } from "../protocol/codec.ts";
import { type Letter, readLetter, writeLetter } from "./letters.ts";
import { Requests } from "./requests.ts";

/** A control character is in no topic of an application. */
const EVERYBODY = "\u0000nodes";
const nameOf = (node: string): string => `\u0000node:${node}`;

const BEAT_MS = 3_000;
/** A node that was not heard of for so long is lost. */
const LEASE_MS = 10_000;
/** Lost nodes are told of for so long: what they had may live on behind a network that is cut. */
const LOST_MS = 60_000;
/** How long an answer is waited for. */
const ANSWER_MS = 1_000;

/** What carries it: the links of this process. */
interface Post {
  listen(name: string, heard: (packet: Packet) => void): unknown;
  unlisten(name: string): void;
  publish(topic: string, frame: Packet): "sent" | "away";
  limitOf(topic: string, frame: Packet): number | undefined;
}

interface Question {
  readonly counts: Map<string, number>;
  readonly awaited: Set<string>;
  readonly missing: Set<string>;
  readonly resolve: (answers: NodeAnswers) => void;
  timer: unknown;
}

/** What this process does for others. */
export interface Answers {
  /** Does here what another node asks for; says to how many connections. */
  answer(ask: UserAsk, frame: Packet): number;
  /**
   * Puts another node's request to a user's clients here. `done` is called later, once, and not where it is stopped; it throws where the
   * engine does not carry the outcome, and takes another one.
   */
  request(what: UserRequest, frame: Packet, done: (outcome: Packet) => void): Serving;
}

export interface NodesOptions extends Answers {
  readonly id: string;
  readonly post: Post;
  readonly clock: Clock;
  /** Whether the codec makes bytes. */
  readonly bytes: boolean;
}

/**
 * The other nodes of a router: who lives, by a beat every three seconds, and what they answer. A node that is new says so and
 * hears from all others at once.
 */
export class Nodes {
  private readonly options: NodesOptions;
  /** When each was heard of last, in monotonic milliseconds. */
  private readonly alive = new Map<string, number>();
  /** When each was given up. */
  private readonly lost = new Map<string, number>();
  /** When each said goodbye: what it said before may come after. */
  private readonly gone = new Map<string, number>();
  private readonly questions = new Map<number, Question>();
  private readonly requests = new Requests();
  private asked = 0;
  /** Until when nodes that are not known may still answer to a greeting. */
  private knownAt = Infinity;
  private timer: unknown;

  constructor(options: NodesOptions) {
    this.options = options;
    const { id, post, clock } = options;
    for (const name of [EVERYBODY, nameOf(id)]) post.listen(name, (packet) => this.arrived(packet));
    this.timer = clock.setTimeout(this.beat, BEAT_MS);
  }

  /** The link is up, perhaps again: both sides may have missed each other's beats. */
  greet(): void {
    this.knownAt = this.options.clock.monotonic() + ANSWER_MS;
    this.say({ t: "hello" });
  }

  /** Asks all others. Never rejects. @throws WsKitError INVALID_ARGUMENT for what the engine cannot carry, before anybody is asked. */
  ask(what: UserAsk, frame: Packet): Promise<NodeAnswers> {
    const id = ++this.asked;
    return this.question(id, { t: "ask", id, what }, frame);
  }

  /** Has all others put a request to their clients. @throws WsKitError as `ask`. */
  request(what: UserRequest, frame: Packet, events: RequestEvents): NodeRequest {
    const id = ++this.asked;
    const asked = this.question(id, { t: "request", id, what }, frame);
    this.requests.begin(id, events);
    const end = (): void => {
      for (const node of this.requests.end(id)) this.say({ t: "enough", id }, "", node);
    };
    return { asked, end };
  }

  private question(id: number, letter: Unsigned, frame: Packet): Promise<NodeAnswers> {
    const { clock } = this.options;
    const now = clock.monotonic();
    const missing = new Set(this.lost.keys());
    const counts = new Map<string, number>();
    const isSettled = now >= this.knownAt;
    if (isSettled && this.alive.size === 0) return Promise.resolve({ counts, missing: [...missing], away: false });
    if (this.say(letter, frame) === "away") {
      return Promise.resolve({ counts, missing: [...missing, ...this.alive.keys()], away: true });
    }
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => this.end(id), ANSWER_MS);
      // Who is not known yet may answer as well: only time tells.
      const awaited = new Set(isSettled ? this.alive.keys() : [...this.alive.keys(), ""]);
      this.questions.set(id, { counts, awaited, missing, resolve, timer });
    });
  }

  /** Takes a letter; one that no node of this version writes is dropped. */
  private arrived(packet: Packet): void {
    const read = readLetter(packet);
    if (read !== undefined) this.read(read.letter, read.frame);
  }

  close(): void {
    const { clock, post, id } = this.options;
    clock.clearTimeout(this.timer);
    this.say({ t: "bye" });
    for (const name of [EVERYBODY, nameOf(id)]) post.unlisten(name);
    for (const each of this.questions.keys()) this.end(each);
    this.requests.close();
  }

  private read(letter: Letter, frame: Packet): void {
    const { node } = letter;
    const now = this.options.clock.monotonic();
    this.lost.delete(node);
    if (letter.t === "bye") {
      this.gone.set(node, now);
      this.alive.delete(node);
      return this.without(node, false);
    }
    if (!this.gone.has(node)) this.alive.set(node, now);
    if (letter.t === "hello") this.say({ t: "beat" }, "", node);
    else if (letter.t === "ask") {
      this.say({ t: "told", id: letter.id, count: this.options.answer(letter.what, frame) }, "", node);
    } else if (letter.t === "request") this.serve(node, letter.id, letter.what, frame);
    else if (letter.t === "told") this.told(letter.id, node, letter.count);
    else if (letter.t === "answered") this.requests.answered(letter.id, node, frame);
    else if (letter.t === "enough") this.requests.stop(node, letter.id);
  }

  private serve(node: string, id: number, what: UserRequest, frame: Packet): void {
    const serving = this.options.request(what, frame, (outcome) => {
      this.requests.done(node, id);
      this.say({ t: "answered", id }, outcome, node);
    });
    if (serving.count > 0) this.requests.serve(node, id, serving);
    this.say({ t: "told", id, count: serving.count }, "", node);
  }

  private told(id: number, node: string, count: number): void {
    this.requests.told(id, node, count);
    const question = this.questions.get(id);
    if (question === undefined) return;
    question.counts.set(node, count);
    question.missing.delete(node);
    question.awaited.delete(node);
    if (question.awaited.size === 0) this.end(id);
  }

  /** A node answers no more. */
  private without(node: string, isMissing: boolean): void {
    this.requests.without(node);
    for (const [id, { awaited, missing }] of this.questions) {
      if (!awaited.delete(node)) continue;
      if (isMissing) missing.add(node);
      if (awaited.size === 0) this.end(id);
    }
  }

  private end(id: number): void {
    const question = this.questions.get(id);
    if (question === undefined) return;
    this.questions.delete(id);
    this.options.clock.clearTimeout(question.timer);
    const { awaited, counts, missing, resolve } = question;
    awaited.delete("");
    resolve({ counts, missing: [...missing, ...awaited], away: false });
  }

  private readonly beat = (): void => {
    const { clock } = this.options;
    const now = clock.monotonic();
    for (const [node, at] of this.alive) {
      if (now - at < LEASE_MS) continue;
      this.alive.delete(node);
      this.lost.set(node, now);
      this.without(node, true);
    }
    for (const map of [this.lost, this.gone]) {
      for (const [node, at] of map) if (now - at >= LOST_MS) map.delete(node);
    }
    this.say({ t: "beat" });
    this.timer = clock.setTimeout(this.beat, BEAT_MS);
  };

  /** @throws WsKitError INVALID_ARGUMENT for what the engine cannot carry. */
  private say(letter: Unsigned, frame: Packet = "", to?: string): "sent" | "away" {
    const { id, post, bytes } = this.options;
    const name = to === undefined ? EVERYBODY : nameOf(to);
    const packet = writeLetter({ ...letter, node: id }, frame, bytes);
    const reach = post.publish(name, packet);
    const most = reach === "sent" ? undefined : post.limitOf(name, packet);
    if (most === undefined) return reach;
    throw notCarried(most - (packet.length - frame.length));
  }
}

/** A letter without who writes it. */
type Unsigned = Letter extends infer L ? (L extends Letter ? Omit<L, "node"> : never) : never;
