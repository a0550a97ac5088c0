import type { DEFINED, Holds, SPEC } from "./any.ts";

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

/** An rpc that clients may ask, and that has no stream. */
export interface ClientRequests<Why> extends ClientAsks<Why> {
  // No unit type: where one meets an object, the compiler makes never of the whole, and says no more.
  readonly stream?: { readonly none: Why } | undefined;
}

/** What is said of an rpc where a plain message belongs. */
interface AnRpc {
  "client.send": "This is an rpc: ask it with client.request()";
  "client.on": "This is an rpc: client.request() gives its answer";
  "client.request(rpc)": "This rpc is asked by servers alone: client.handle() answers it";
  "client.request": "This rpc is asked by servers alone: client.handle() answers it";
  "ctx.send": "This is an rpc: clients ask it, router.rpc() answers it";
  topic: "This is an rpc: topics carry messages, as message() makes them";
  "router.on": "This is an rpc: handle it with router.rpc(), which answers";
  "ctx.request": "This rpc is asked by clients alone: rpc.fromServer() makes one that servers ask";
}

/** And where it has a stream. */
interface AnRpcWithStream extends Omit<AnRpc, "client.request(rpc)"> {
  "client.request(rpc)": HasStream;
}

type NoMessage = "This is no message: message() makes one";
type NoRpc =
  "This is no rpc, as rpc() makes one: client.request(Message, payload, Answer) names the answer of a message";
type HasStream = "This rpc has a stream: ask it with client.stream(), of a client that uses streams()";

/** What each call takes. */
interface Taken {
  "client.send": Plain<"client">;
  "client.on": Plain<"server">;
  "client.request": Sendable<"client">;
  "client.request(rpc)": Unary;
  "ctx.send": Plain<"server">;
  topic: Plain<"server">;
  "router.on": Plain<"client">;
  "ctx.request": Asked;
}

interface Sendable<By> {
  readonly [DEFINED]: true;
  readonly from: By | undefined;
}
interface Plain<By> extends Sendable<By> {
  readonly response?: undefined;
}
interface Unary extends Sendable<never> {
  readonly response: object;
  readonly stream: undefined;
}
interface Asked extends Sendable<"server"> {
  readonly from: "server";
  readonly response: object;
}

/** Why a call does not take `M`, where it does not; `never` where it does. */
export type WhyNot<M, Call extends keyof Taken> = M extends Taken[Call] ? never : Because<M, Call>;

type Because<M, Call extends keyof Taken> = M extends { readonly [DEFINED]: true }
  ? M extends { readonly response: object }
    ? M extends { readonly stream: object; readonly from: undefined }
      ? AnRpcWithStream[Call]
      : AnRpc[Call]
    : M extends { readonly from: infer From extends string }
      ? `This message is sent by ${From}s alone`
      : NoRpc
  : M extends { readonly response: object }
    ? NoRpc
    : NoMessage;
