import type { Holds, SPEC } from "./any.ts";

// What a message has to be where one is given: types that every fitting message has, whatever it is, so that code which is
// generic over messages compiles. `Why` is for the reader alone: the compiler prints it in its first line.

/** By its spec, not by `from`: where literals of one property meet, the compiler makes never of the whole, and says no more. */
interface Sent<By> {
  type: string;
  from?: By;
}

/** A message that clients may send. */
export interface ClientSends<Why> {
  readonly [SPEC]?: Holds<Sent<"client">>;
  readonly response?: Why;
}

/** A message that servers may send. */
export interface ServerSends<Why> {
  readonly [SPEC]?: Holds<Sent<"server">>;
  readonly response?: Why;
}

/** A message that clients may ask, rpcs included. */
export interface ClientAsks<Why> {
  readonly [SPEC]?: Holds<Sent<"client">>;
  readonly why?: Why;
}

/** An rpc that servers ask. */
export interface ServerAsks<Why> {
  readonly [SPEC]?: Holds<{ type: string; from: "server" }>;
  readonly why?: Why;
}

/** What is said of an rpc where a plain message belongs. */
interface AnRpc {
  "client.send": "This is an rpc: ask it with client.request()";
  "client.on": "This is an rpc: client.request() gives its answer";
  "client.request": "This rpc is asked by servers alone: client.handle() answers it";
  "ctx.send": "This is an rpc: clients ask it, router.rpc() answers it";
  topic: "This is an rpc: topics carry messages, as message() makes them";
  "router.on": "This is an rpc: handle it with router.rpc(), which answers";
  "ctx.request": "This rpc is asked by clients alone: rpc.fromServer() makes one that servers ask";
}

type NoMessage = "This is no message: message() makes one";

/** Why a call does not take `M`, where it does not. */
export type WhyNot<M, Call extends keyof AnRpc> = M extends { readonly response: object }
  ? AnRpc[Call]
  : M extends { readonly from: infer From extends string }
    ? string extends From
      ? NoMessage
      : `This message is sent by ${From}s alone`
    : NoMessage;
