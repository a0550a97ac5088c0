import { aKind } from "../base/options.ts";
import { checkMessage } from "./arguments.ts";
import type { AnyMessage, Holds, SPEC } from "./any.ts";
import { checkType, whole } from "./define.ts";
import type { Message, Rpc } from "./message.ts";
import type { MessageSpec, RpcSpec } from "./spec.ts";

type Renamed<P extends string, S> = S extends { type: infer T extends string }
  ? { [K in keyof S]: K extends "type" ? `${P}${T}` : S[K] }
  : never;

/** A definition under another type; see `prefixed`. */
export type Prefixed<P extends string, M> = M extends { readonly [SPEC]: Holds<infer S> }
  ? Renamed<P, S> extends infer R
    ? R extends RpcSpec
      ? Rpc<R>
      : R extends MessageSpec
        ? Message<R>
        : never
    : never
  : never;

/**
 * The other half of `router.mount(prefix, router)`, for who sends to it: the same definition, its type prefixed. What a
 * mounted router sends and answers keeps its type.
 *
 * @throws TypeError for a prefix that makes a type of the protocol's own.
 *
 * @example
 * router.mount("admin.", admin);
 * await client.request(prefixed("admin.", List));
 */
export function prefixed<const P extends string, M extends AnyMessage>(prefix: P, message: M): Prefixed<P, M> {
  if (typeof prefix !== "string") throw new TypeError(`prefixed() takes a prefix first, not ${aKind(prefix)}`);
  checkMessage("prefixed()", message);
  const type = prefix + message.type;
  checkType(type);
  return Object.freeze({ ...message, type, "~standard": whole(type, message) }) as unknown as Prefixed<P, M>;
}
