import type {
  AnyMessage,
  AnyRpc,
  ClientRequests,
  Live,
  NeedsHistory,
  NotCarried,
  Present,
  ServerSends,
  TopicName,
  WhyNot,
} from "@ws-kit/core/protocol";
import type { Reporting } from "../api/requests.ts";
import type { NeedsOnGap, NoGaps, Placed, RecordedOptions } from "../api/topics.ts";
import type { AskArgs, AskedOf, AskedStreamOf, Call, WhyNotShown } from "./asking.ts";
import type { Connection, Latency } from "./connection.ts";
import type { Given } from "./fields.ts";
import type { MembersShown } from "./presence.ts";
import type { FollowedLiveTopic, FollowedTopic, Handler } from "./topics.ts";

/** How a framework writes a type of ours, `of`: what may be given in its place, and what shows one. */
export interface Form {
  readonly of: unknown;
  /** What reads such a value, or is one. */
  readonly given: unknown;
  /** An object of its fields, each watched for itself. */
  readonly shown: unknown;
}

/** Values and functions that read them; fields as they are. */
export interface PlainForm extends Form {
  readonly given: Given<this["of"]>;
  readonly shown: this["of"];
}

/** Such a value, or what reads it. */
export type GivenIn<F extends Form, T> = (F & { readonly of: T })["given"];

/** The same of each argument. */
export type ArgsIn<F extends Form, Args> = { [I in keyof Args]: GivenIn<F, Args[I]> };

/** What follows an rpc that a component asks, each as it is or as a function that reads it. */
export type GivenArgs<R extends AnyRpc> = ArgsIn<PlainForm, AskArgs<R>>;

/** What shows such an object. */
export type ShownIn<F extends Form, T> = (F & { readonly of: T })["shown"];

/**
 * The functions of a framework whose components are set up once. Their packages say of each what it does; the reasons to refuse
 * stand in the parameters' own types, where a compiler prints them first.
 */
export interface Hooks<F extends Form> {
  readonly useConnection: () => ShownIn<F, Connection>;
  readonly useLatency: (intervalMs?: number) => ShownIn<F, Latency>;
  readonly useMessage: {
    <M extends AnyMessage>(message: ServerSends<WhyNot<M, "client.on">> & M, handler: Handler<M>): void;
    <T extends AnyMessage, M extends T>(
      message: ServerSends<NotCarried> & M,
      handler: (message: Placed<M>) => void,
      topic: ShownIn<F, FollowedTopic<T>>,
    ): void;
  };
  readonly useTopic: {
    <M extends AnyMessage>(
      topic: GivenIn<F, TopicName<M> & NeedsHistory<NoGaps>>,
      options: RecordedOptions,
    ): ShownIn<F, FollowedTopic<M>>;
    (topic: GivenIn<F, string & Live<NeedsOnGap>>): ShownIn<F, FollowedLiveTopic>;
  };
  readonly usePresence: <In, Out>(
    topic: GivenIn<F, string & Present<In, Out>>,
    state?: GivenIn<F, NoInfer<In> | undefined>,
  ) => ShownIn<F, MembersShown<Out>> & { readonly update: (part: Partial<In>) => void };
  readonly useRequest: <R extends AnyRpc>(
    rpc: ClientRequests<WhyNot<R, "client.request(rpc)">> & R,
    ...args: ArgsIn<F, AskArgs<R>>
  ) => ShownIn<F, AskedOf<R>> & Refetched;
  readonly useStream: <R extends AnyRpc>(
    rpc: Reporting<WhyNotShown<R>> & R,
    ...args: ArgsIn<F, AskArgs<R>>
  ) => ShownIn<F, AskedStreamOf<R>> & Refetched;
  readonly useCall: <R extends AnyRpc>(
    rpc: ClientRequests<WhyNot<R, "client.request(rpc)">> & R,
  ) => ShownIn<F, AskedOf<R>> & { readonly call: Call<R> };
}

/** What may be asked once more. */
export interface Refetched {
  readonly refetch: () => void;
}
