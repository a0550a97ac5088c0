import type { Contract } from "./contract.ts";
import type { AnyMessage, AnyRpc, InferInput, InferPayload } from "./message.ts";

type Problem<Old, New, Name extends string> = Old extends AnyMessage
  ? New extends AnyMessage
    ? Old["type"] extends New["type"]
      ? | (Old["from"] extends "server"
            ? never
            : [InferInput<Old>] extends [InferInput<New>]
              ? never
              : `${Name}: takes less than before`)
        | (Old["from"] extends "client"
            ? never
            : Old extends AnyRpc
              ? never
              : [InferPayload<New>] extends [InferPayload<Old>]
                ? never
                : `${Name}: gives something else than before`)
        | (Old extends AnyRpc
            ? New extends AnyRpc
              ? [InferPayload<New["response"]>] extends [InferPayload<Old["response"]>]
                ? never
                : `${Name}: answers something else than before`
              : `${Name}: is no rpc any more`
            : never)
      : `${Name}: has another type than before`
    : `${Name}: is gone`
  : never;

type Problems<Old, New> = {
  [Name in keyof Old & string]: Problem<Old[Name], Name extends keyof New ? New[Name] : undefined, Name>;
}[keyof Old & string];

/**
 * `true` where clients of the old contract get along with a server of the new one; otherwise what they trip over.
 *
 * @example
 * const ok: Compatible<typeof ChatV1, typeof Chat> = true;
 */
export type Compatible<Old extends Contract, New extends Contract> = [Problems<Old["parts"], New["parts"]>] extends [
  never,
]
  ? true
  : Problems<Old["parts"], New["parts"]>;
