import { aKind, checkOptions } from "../base/options.ts";
import { type History, type HistoryOptions, resolveHistory } from "./history.ts";
import type { ServerSends, WhyNot } from "./direction.ts";
import type { AnyMessage } from "./message.ts";
import {
  type NoPresence,
  type Present,
  type PresenceOptions,
  type PresencePolicy,
  resolvePresence,
  type StateSchema,
} from "./presence.ts";
import { defined } from "./untold-topics.ts";
import { checkPattern, overlap, pieces, signsOf } from "./topic-pattern.ts";
import { validatorsOf } from "./validators.ts";
import type { SchemaInput, SchemaOutput } from "../schema/standard-schema.ts";

/** Which messages a topic's name stands for, by its type alone. */
declare const CARRIES: unique symbol;
/** For the reader of an error alone. */
declare const WHY: unique symbol;

/** A name that stands only for messages that its topic declares. A plain string carries anything. */
export interface Carries<M, Why = never> {
  readonly [WHY]?: Why | undefined;
  readonly [CARRIES]?: ((message: M) => void) | undefined;
}

/** What the compiler says of a message that a topic does not carry. */
export type NotCarried = "The topic does not carry this message: topic() names those that it does";

/** The name of one topic, as `topic()` makes it: a string. */
export type TopicName<M extends AnyMessage = AnyMessage> = string & Carries<M>;

declare const RECORDED: unique symbol;

/** The name of a recorded topic: one whose declaration has a `history`. */
export type RecordedName<M extends AnyMessage = AnyMessage> = TopicName<M> & Recorded;

/** A name that is not a recorded topic's, by its type alone. A plain string is one. */
export interface Live<Why = never> {
  // No unit type: where one meets another, the compiler makes never of the whole, and says no more.
  readonly [RECORDED]?: { readonly live: true };
  readonly [WHY]?: Why | undefined;
}

/** A name whose topic keeps what is published to it, by its type alone. */
export interface Recorded {
  readonly [RECORDED]: { readonly kept: true };
}

/** As above, where such a name is needed: `Why` is what the compiler prints of another one. */
export interface NeedsHistory<Why> extends Recorded {
  readonly [WHY]?: Why | undefined;
}

/** How a topic is delivered. Without a history it is live: who is not there misses it. */
export interface TopicOptions<
  E extends AnyMessage = AnyMessage,
  S extends StateSchema = StateSchema,
  H extends HistoryOptions | undefined = HistoryOptions | undefined,
> {
  /**
   * Keeps what is published, so that who comes back gets what was missed, once and in order, or is told of a gap. A router
   * follows it where it is among `createRouter({ topics })`.
   */
  readonly history?: (H & object & { readonly [K in Exclude<keyof H, keyof HistoryOptions>]: never }) | undefined;
  /** Further messages of a recorded topic that are live: a cursor, say, which nobody wants to have replayed. */
  readonly ephemeral?:
    | ([H] extends [undefined]
        ? "Messages are ephemeral in a topic with a history: without one all are"
        : readonly (ServerSends<WhyNot<E, "topic">> & E)[])
    | undefined;
  /**
   * Who is there: `ctx.presence.track()` of the server and `room.track()` of a client say so, and those who follow the topic see
   * it. A router knows it where the topic is among `createRouter({ topics })` or has a rule (`router.topic()`).
   */
  readonly presence?: PresenceOptions<S> | undefined;
}

/** What a name says by its type of its topic's presence. */
type PresentBy<S extends StateSchema> = [S] extends [never] ? NoPresence : Present<SchemaInput<S>, SchemaOutput<S>>;

/** Whether a topic is recorded: `boolean` where its history is given only sometimes. */
type IsRecorded<H> = H extends object ? true : false;

type Names<P extends string> = P extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

/**
 * A family of topics, and what they carry. Called with its parameters, it gives the name of one.
 *
 * @typeParam H Whether they are recorded.
 * @typeParam B What their names say further by their type: whether they have a presence, `Present` or `NoPresence`.
 */
export interface Topic<P extends string, M extends AnyMessage, H extends boolean = false, B = unknown> {
  /** @throws TypeError for a parameter that is missing or empty. */
  (
    ...params: [Names<P>] extends [never] ? [] : [params: { readonly [Name in Names<P>]: string | number }]
  ): (H extends true ? RecordedName<M> : TopicName<M>) & B;
  readonly kind: "topic";
  readonly pattern: P;
  readonly messages: readonly M[];
  /** Of a recorded one: what is kept of it. */
  readonly history?: History | undefined;
  /** Of a recorded one: its messages that are live. */
  readonly ephemeral: readonly M[];
  /** Where it has one: who is there, and for how long. */
  readonly presence?: PresencePolicy | undefined;
  /** The parameters of a name of this family; undefined for any other. */
  match(this: void, name: string): { readonly [Name in Names<P>]: string } | undefined;
}

/** Any family of topics. */
export type AnyTopic = Pick<
  Topic<string, AnyMessage>,
  "kind" | "pattern" | "messages" | "history" | "ephemeral" | "presence"
> & {
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever its parameters
  match(this: void, name: string): any;
};

/**
 * Defines a family of topics. Parameters are escaped where they are filled in (percent-encoded, RFC 3986), so that none of
 * them can stand for more than itself.
 *
 * @throws TypeError for a pattern in which two parameters cannot be told apart, for what is no message that servers send,
 *   and for options that do not fit together.
 *
 * @example
 * const Room = topic("room:{roomId}", [Said], { history: { size: 50 } });
 * ctx.topics.subscribe(Room({ roomId }));
 * ctx.publish(Room({ roomId }), Said, { text }); // another message does not compile
 * createRouter({ authorizeTopic: (name, { data }) => Room.match(name)?.roomId === data.roomId });
 */
export function topic<
  const P extends string,
  M extends AnyMessage,
  E extends AnyMessage = never,
  S extends StateSchema = never,
  const H extends HistoryOptions | undefined = undefined,
>(
  pattern: P,
  messages: readonly (ServerSends<WhyNot<M, "topic">> & M)[],
  options?: TopicOptions<E, S, H>,
): Topic<P, M | E, IsRecorded<H>, PresentBy<S>>;
export function topic(
  pattern: string,
  messages: readonly AnyMessage[],
  options: TopicOptions = {},
): Topic<string, AnyMessage, boolean> {
  if (typeof pattern !== "string") throw new TypeError(`topic() takes a pattern first, not ${aKind(pattern)}`);
  const { history, ephemeral } = checkPolicy(pattern, messages, options);
  const parts = pieces(pattern);
  checkPattern(pattern, parts);
  const signs = signsOf(parts);
  const escape = (value: string) =>
    encodeURIComponent(value).replaceAll(/[-_.~!*'()]/g, (sign) =>
      signs.includes(sign) ? sign : `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const fill = (params: Readonly<Record<string, string | number>> = {}): string =>
    parts
      .map((part) => {
        if ("text" in part) return part.text;
        const value = Object.hasOwn(params, part.name) ? params[part.name] : undefined;
        if (value === undefined || value === null || value === "") {
          throw new TypeError(`${part.name} of the topic ${pattern} is ${value === "" ? "empty" : "missing"}`);
        }
        if (!["string", "number", "bigint"].includes(typeof value) || Number.isNaN(value)) {
          // Of an object the text would be the same for all.
          throw new TypeError(`${part.name} of the topic ${pattern} is a text or a number, not ${aKind(value)}`);
        }
        return escape(String(value));
      })
      .join("");
  const shape = new RegExp(
    `^${parts.map((part) => ("text" in part ? part.text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&") : `((?:[\\w.~-]|%[0-9A-F]{2})+)`)).join("")}$`,
  );
  const names = parts.flatMap((part) => ("name" in part ? [part.name] : []));
  const match = (name: string): Record<string, string> | undefined => {
    const found = shape.exec(name)?.slice(1);
    if (found === undefined) return undefined;
    try {
      const params = Object.fromEntries(names.map((key, index) => [key, decodeURIComponent(found[index] as string)]));
      // What is not written as it is filled in is another topic, or none.
      return fill(params) === name ? params : undefined;
    } catch {
      return undefined;
    }
  };
  const family = Object.freeze(
    Object.assign(fill, {
      kind: "topic",
      pattern,
      messages: Object.freeze([...messages, ...ephemeral]),
      history,
      ephemeral: Object.freeze([...ephemeral]),
      presence: options.presence && resolvePresence(options.presence, pattern),
      match,
    }),
  ) as unknown as Topic<string, AnyMessage, boolean>;
  defined(family);
  return family;
}

/** @throws TypeError for options that cannot be honoured, or not for these messages. */
function checkPolicy(
  pattern: string,
  messages: readonly AnyMessage[],
  options: TopicOptions,
): { readonly history: History | undefined; readonly ephemeral: readonly AnyMessage[] } {
  const where = `topic(${JSON.stringify(pattern)})`;
  checkOptions(where, options, { history: "object", ephemeral: "array", presence: "object" });
  if (!Array.isArray(messages)) throw new TypeError(`${where} takes a list of its messages, not ${aKind(messages)}`);
  const { ephemeral = [] } = options;
  for (const carried of [...messages, ...ephemeral] as (AnyMessage | undefined)[]) {
    if (carried?.kind !== "message" || carried.from === "client") {
      throw new TypeError(`${where}: ${JSON.stringify(carried?.type ?? carried)} is no message that servers send`);
    }
  }
  if (options.history === undefined) {
    if (ephemeral.length > 0) throw new TypeError(`${where}: without a history all of its messages are ephemeral`);
    return { history: undefined, ephemeral };
  }
  for (const { type } of ephemeral) {
    if (messages.some((message) => message.type === type)) {
      throw new TypeError(
        `${where}: ${JSON.stringify(type)} is recorded, as one of its messages: take it out of these, or out of ephemeral`,
      );
    }
  }
  for (const message of messages) {
    if (validatorsOf(message)?.overflow !== undefined) {
      throw new TypeError(
        `${where}: ${JSON.stringify(message.type)} may be skipped (overflow), and so only be ephemeral`,
      );
    }
  }
  return { history: resolveHistory(options.history, pattern), ephemeral };
}

/** @throws TypeError for what is no topic. */
export function checkTopic(where: string, family: unknown): void {
  if (typeof family === "function" && "kind" in family && family.kind === "topic") return;
  const given = typeof family === "string" ? `the text ${JSON.stringify(family)}` : aKind(family);
  throw new TypeError(`${where} takes a family of topics as topic() makes it, not ${given}`);
}

/** @throws TypeError for what is no topic; Error where one name would belong to two of them. */
export function checkTopics(topics: readonly AnyTopic[]): void {
  for (const one of topics) checkTopic("createRouter(): topics", one);
  for (const [index, { pattern }] of topics.entries()) {
    const other = topics.slice(index + 1).find((later) => overlap(pattern, later.pattern));
    if (other !== undefined) throw new Error(`Topics overlap: one name may be of ${pattern} and of ${other.pattern}`);
  }
}
