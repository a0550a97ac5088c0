import type { Contract } from "./contract.ts";
import type {
  AnyMessage,
  AnyRpc,
  InferChunkInput,
  InferErrorsInput,
  InferInput,
  InferProgressInput,
} from "./message.ts";
import type { Present } from "./presence.ts";
import type { AnyTopic, Recorded } from "./topic.ts";

/** What a message or an rpc of the old contract trips over. Compared is what travels, which is what a sender gives. */
type MessageProblem<
  Old extends AnyMessage,
  New extends AnyMessage,
  Name extends string,
> = Old["type"] extends New["type"]
  ? Old extends AnyRpc
    ? New extends AnyRpc
      ? [Old["from"]] extends [New["from"]]
        ? Old["from"] extends "server"
          ? Asked<Old, New, Name>
          : Taken<Old, New, Name> | Answered<Old, New, Name>
        : `${Name}: is asked by the other end now`
      : `${Name}: is no rpc any more`
    : New extends AnyRpc
      ? `${Name}: is an rpc now`
      : Sent<Old, New, Name>
  : `${Name}: has another type than before`;

type Sent<Old extends AnyMessage, New extends AnyMessage, Name extends string> =
  | (By<Old, "client"> extends true
      ? By<New, "client"> extends true
        ? Taken<Old, New, Name>
        : `${Name}: is not taken any more`
      : never)
  | (By<Old, "server"> extends true
      ? By<New, "server"> extends true
        ? Given<InferInput<Old>, InferInput<New>, `${Name}: gives something else than before`>
        : `${Name}: is not sent any more`
      : never);

/** Whether a message comes from this end. */
type By<M extends AnyMessage, End> = [M["from"]] extends [End | undefined] ? true : false;

type Taken<Old, New, Name extends string> = [InferInput<Old>] extends [InferInput<New>]
  ? never
  : `${Name}: takes less than before`;

type Given<Old, New, Why> = [New] extends [Old] ? never : Why;

type Answered<Old extends AnyRpc, New extends AnyRpc, Name extends string> =
  | (Old["response"]["type"] extends New["response"]["type"] ? never : `${Name}: answers something else than before`)
  | Given<InferInput<Old["response"]>, InferInput<New["response"]>, `${Name}: answers something else than before`>
  | ([InferProgressInput<Old>] extends [never]
      ? never
      : Given<InferProgressInput<Old>, InferProgressInput<New>, `${Name}: reports something else than before`>)
  | Refused<InferErrorsInput<Old>, InferErrorsInput<New>, `${Name}: refuses otherwise than before`>
  | Flowed<Old, New, Name>;

/** Streams are there or not, in each direction; what clients send has to be taken, what they are sent has to be what it was. */
type Flowed<Old extends AnyRpc, New extends AnyRpc, Name extends string> =
  | ([keyof Old["stream"], keyof New["stream"]] extends [keyof New["stream"], keyof Old["stream"]]
      ? never
      : `${Name}: has other streams than before`)
  | ([InferChunkInput<Old, "fromClient">] extends [InferChunkInput<New, "fromClient">]
      ? never
      : `${Name}: takes less than before`)
  | ([InferChunkInput<Old, "fromServer">] extends [never]
      ? never
      : Given<
          InferChunkInput<Old, "fromServer">,
          InferChunkInput<New, "fromServer">,
          `${Name}: gives something else than before`
        >);

/** An rpc that servers ask: what a client is asked, and what it answers. */
type Asked<Old extends AnyRpc, New extends AnyRpc, Name extends string> =
  | Given<InferInput<Old>, InferInput<New>, `${Name}: asks something else than before`>
  | (Old["response"]["type"] extends New["response"]["type"] ? never : `${Name}: takes another answer than before`)
  | Given<InferInput<New["response"]>, InferInput<Old["response"]>, `${Name}: takes another answer than before`>
  | ([InferProgressInput<New>] extends [never]
      ? never
      : Given<InferProgressInput<New>, InferProgressInput<Old>, `${Name}: takes other reports than before`>)
  | Refused<InferErrorsInput<New>, InferErrorsInput<Old>, `${Name}: takes other errors than before`>;

/** An error may come or go; one that both declare has what it had. */
type Refused<Old, New, Why> = {
  [Code in keyof Old & keyof New]: Given<Old[Code], New[Code], Why>;
}[keyof Old & keyof New];

type TopicProblem<Old extends AnyTopic, New extends AnyTopic, Name extends string> =
  | (Bare<Old["pattern"]> extends Bare<New["pattern"]> ? never : `${Name}: has another pattern than before`)
  | (Old["messages"][number]["type"] extends New["messages"][number]["type"]
      ? never
      : `${Name}: carries less than before`)
  | (NameOf<Old> extends Recorded ? (NameOf<New> extends Recorded ? never : `${Name}: keeps nothing any more`) : never)
  | (NameOf<Old> extends Present<infer In, infer Out>
      ? NameOf<New> extends Present<infer NewIn, infer NewOut>
        ? | ([In] extends [NewIn] ? never : `${Name}: takes less of a state than before`)
          | Given<Out, NewOut, `${Name}: shows something else of a state than before`>
        : `${Name}: shows nobody any more`
      : never);

/** The name of one topic of a family, whose type says what the family has. */
type NameOf<T> = T extends (...params: never) => infer Name ? Name : never;

/** Names of parameters do not travel. */
type Bare<Pattern extends string> = Pattern extends `${infer Before}{${string}}${infer After}`
  ? `${Before}{}${Bare<After>}`
  : Pattern;

type Problem<Old, New, Name extends string> = Old extends AnyMessage
  ? New extends AnyMessage
    ? MessageProblem<Old, New, Name>
    : `${Name}: is gone`
  : Old extends AnyTopic
    ? New extends AnyTopic
      ? TopicProblem<Old, New, Name>
      : `${Name}: is gone`
    : never;

type Problems<Old, New> = {
  [Name in keyof Old & string]: Problem<Old[Name], Name extends keyof New ? New[Name] : undefined, Name>;
}[keyof Old & string];

/**
 * `true` where clients of the old contract get along with a server of the new one; otherwise what they trip over, as far as
 * types tell: `npx @ws-kit/cli diff` knows of limits and of strict objects as well.
 *
 * @example
 * const ok: Compatible<typeof ChatV1, typeof Chat> = true;
 */
export type Compatible<Old extends Contract, New extends Contract> = [Problems<Old["parts"], New["parts"]>] extends [
  never,
]
  ? true
  : Problems<Old["parts"], New["parts"]>;
