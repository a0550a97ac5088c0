import type { AnyMessage } from "./message.ts";

/** Which messages a topic's name stands for, by its type alone. */
declare const CARRIES: unique symbol;

/** A name that stands only for messages that its topic declares. A plain string carries anything. */
export interface Carries<M> {
  readonly [CARRIES]?: (message: M) => void;
}

/** The name of one topic, as `topic()` makes it: a string. */
export type TopicName<M extends AnyMessage = AnyMessage> = string & Carries<M>;

/** Options of a topic: none so far. */
export type TopicOptions = Readonly<Record<string, never>>;

type Names<P extends string> = P extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

/** A family of topics, and what they carry. Called with its parameters, it gives the name of one. */
export interface Topic<P extends string, M extends AnyMessage> {
  /** @throws TypeError for a parameter that is missing or empty. */
  (
    ...params: [Names<P>] extends [never] ? [] : [params: { readonly [Name in Names<P>]: string | number }]
  ): TopicName<M>;
  readonly kind: "topic";
  readonly pattern: P;
  readonly messages: readonly M[];
  /** The parameters of a name of this family; undefined for any other. */
  match(this: void, name: string): { readonly [Name in Names<P>]: string } | undefined;
}

/** Any family of topics. */
export type AnyTopic = Pick<Topic<string, AnyMessage>, "kind" | "pattern" | "messages"> & {
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever its parameters
  match(this: void, name: string): any;
};

/** A piece of a pattern: text, or the name of a parameter. */
type Piece = { readonly text: string } | { readonly name: string };

function pieces(pattern: string): Piece[] {
  return pattern
    .split(/(\{[^{}]*\})/)
    .filter((piece) => piece !== "")
    .map((piece) => (piece.startsWith("{") ? { name: piece.slice(1, -1) } : { text: piece }));
}

/** What stands in a name as itself: letters, digits, and of RFC 3986's unreserved signs those that the pattern lacks. */
function signsOf(parts: readonly Piece[]): string {
  const text = parts.map((part) => ("text" in part ? part.text : "")).join("");
  return ["-", "_", ".", "~"].filter((sign) => !text.includes(sign)).join("");
}

/**
 * Defines a family of topics. Parameters are escaped where they are filled in (percent-encoded, RFC 3986), so that none of
 * them can stand for more than itself.
 *
 * @throws TypeError for a pattern in which two parameters cannot be told apart.
 *
 * @example
 * const Room = topic("room:{roomId}", [Said]);
 * ctx.topics.subscribe(Room({ roomId }));
 * ctx.publish(Room({ roomId }), Said, { text }); // another message does not compile
 * createRouter({ authorizeTopic: (name, { data }) => Room.match(name)?.roomId === data.roomId });
 */
export function topic<const P extends string, M extends AnyMessage>(
  pattern: P,
  messages: readonly M[],
  options: TopicOptions = {},
): Topic<P, M> {
  const [unknown] = Object.keys(options);
  if (unknown !== undefined) throw new TypeError(`topic() has no option ${JSON.stringify(unknown)}`);
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
  return Object.freeze(
    Object.assign(fill, { kind: "topic", pattern, messages: Object.freeze([...messages]), match }),
  ) as unknown as Topic<P, M>;
}

function checkPattern(pattern: string, parts: readonly Piece[]): void {
  const names = new Set<string>();
  for (const [index, part] of parts.entries()) {
    if ("text" in part) {
      if (/[{}%]/.test(part.text))
        throw new TypeError(`${pattern} is no pattern of a topic: it may not have {, } or %`);
      const between = index > 0 && index < parts.length - 1;
      if (between && /^\w*$/.test(part.text.replaceAll("_", ""))) {
        throw new TypeError(`${pattern} is no pattern of a topic: a sign has to stand between its parameters`);
      }
      continue;
    }
    if (!/^\w+$/.test(part.name) || names.has(part.name)) {
      throw new TypeError(`${pattern} is no pattern of a topic: ${JSON.stringify(part.name)} cannot name a parameter`);
    }
    if (index > 0 && "name" in (parts[index - 1] as Piece)) {
      throw new TypeError(`${pattern} is no pattern of a topic: a sign has to stand between its parameters`);
    }
    names.add(part.name);
  }
  if (parts.length === 0) throw new TypeError("A topic needs a pattern");
}

/** One step through the names of a pattern: a character, or any of those that a parameter may have, once or more. */
type Step = string | RegExp;

function stepsOf(pattern: string): Step[] {
  const parts = pieces(pattern);
  const any = new RegExp(`^[A-Za-z0-9%${signsOf(parts).replace("-", "\\-")}]$`);
  return parts.flatMap<Step>((part) => ("text" in part ? Array.from(part.text) : [any]));
}

/** Whether one name may belong to both patterns. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [stepsOf(one), stepsOf(other)];
  const seen = new Set<string>();
  const reach = (i: number, j: number): boolean => {
    const key = `${i} ${j}`;
    if (seen.has(key)) return false;
    seen.add(key);
    const [left, right] = [a[i], b[j]];
    if (left === undefined || right === undefined) return left === right;
    if (!meet(left, right)) return false;
    return (
      reach(i + 1, j + 1) ||
      (typeof left !== "string" && reach(i, j + 1)) ||
      (typeof right !== "string" && reach(i + 1, j))
    );
  };
  return reach(0, 0);
}

function meet(left: Step, right: Step): boolean {
  if (typeof left === "string") return typeof right === "string" ? left === right : right.test(left);
  return typeof right === "string" ? left.test(right) : true;
}

/** @throws Error where one name would belong to two of them. */
export function checkTopics(topics: readonly AnyTopic[]): void {
  for (const [index, { pattern }] of topics.entries()) {
    const other = topics.slice(index + 1).find((later) => overlap(pattern, later.pattern));
    if (other !== undefined) throw new Error(`Topics overlap: one name may be of ${pattern} and of ${other.pattern}`);
  }
}
