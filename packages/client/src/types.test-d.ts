import { message, rpc, topic, z } from "@ws-kit/client/zod";
import * as valibot from "@ws-kit/client/valibot";
import { expectTypeOf } from "vitest";
import {
  type AnyRpc,
  type InferResponse,
  isServerError,
  type Meta,
  type RequestArgs,
  type ServerError,
  wsClient,
} from "./index.ts";
import { wsClient as liteClient } from "./lite.ts";
import { handlers, requests, resume, tokens, topics } from "./parts.ts";
import type { ErrorCode } from "@ws-kit/core/protocol";

const client = wsClient({ url: "ws://test/" });

const Ping = message("PING");
const Join = message("JOIN", { roomId: z.string(), at: z.string().transform(Number) });
const Traced = message("TRACED", { n: z.number() }, { meta: { traceId: z.string() } });
const GetUser = rpc(
  "GET_USER",
  { id: z.string() },
  "USER",
  { id: z.string(), name: z.string() },
  {
    progress: { done: z.number() },
    errors: { NOT_FOUND: { id: z.string() } },
  },
);

// A handler gets what the schema puts out; a sender gives what it takes in.
client.on(Join, ({ type, meta, payload }) => {
  expectTypeOf(type).toEqualTypeOf<"JOIN">();
  expectTypeOf(payload).toEqualTypeOf<{ roomId: string; at: number }>();
  expectTypeOf(meta.timestamp).toEqualTypeOf<number | undefined>();
});
client.once(Traced, ({ meta }) => expectTypeOf(meta.traceId).toEqualTypeOf<string>());
expectTypeOf(client.send(Join, { roomId: "a", at: "1" })).toEqualTypeOf<boolean>();
client.send(Ping);
client.send(Traced, { n: 1 }, { meta: { traceId: "t" } });
// @ts-expect-error -- the sender's side of `at` is a string
client.send(Join, { roomId: "a", at: 1 });
// @ts-expect-error -- no such key
client.send(Join, { room: "a", at: "1" });
// @ts-expect-error -- the payload is missing
client.send(Join);
// @ts-expect-error -- its meta is required
client.send(Traced, { n: 1 });

// Both forms of a request, and what they answer.
expectTypeOf(client.request(GetUser, { id: "a" }))
  .resolves.toHaveProperty("payload")
  .toEqualTypeOf<{ id: string; name: string }>();
expectTypeOf(client.request(Ping, undefined, Join, { timeoutMs: 5 }))
  .resolves.toHaveProperty("payload")
  .toEqualTypeOf<{ roomId: string; at: number }>();
void client.request(
  GetUser,
  { id: "a" },
  { onProgress: (progress) => expectTypeOf(progress).toEqualTypeOf<{ done: number }>() },
);
// @ts-expect-error -- a message has no response of its own
void client.request(Join, { roomId: "a", at: "1" });
// @ts-expect-error -- the payload is wrong
void client.request(GetUser, { id: 1 });

const stream = client.stream(GetUser, { id: "a" });
for await (const progress of stream) expectTypeOf(progress).toEqualTypeOf<{ done: number }>();
expectTypeOf((await stream.result).payload).toEqualTypeOf<{ id: string; name: string }>();

// An error narrows by its code to the details that the rpc declares.
const error: unknown = undefined;
if (isServerError(error, GetUser)) {
  expectTypeOf(error.code).toEqualTypeOf<ErrorCode>();
  if (error.code === "NOT_FOUND") expectTypeOf(error.context).toEqualTypeOf<{ id: string } | undefined>();
  else expectTypeOf(error.context).toEqualTypeOf<unknown>();
}
if (isServerError(error)) expectTypeOf(error).toExtend<ServerError>();

client.onError((failure, { type, message: about }) => {
  expectTypeOf(failure).toEqualTypeOf<Error>();
  expectTypeOf(about).toEqualTypeOf<string | undefined>();
  expectTypeOf(type).toEqualTypeOf<
    | "validation"
    | "invalid"
    | "parse"
    | "server"
    | "overflow"
    | "lost"
    | "gap"
    | "auth"
    | "connect"
    | "contract"
    | "handler"
  >();
});
client.onUnhandled(({ type, meta, payload }) => {
  expectTypeOf(type).toEqualTypeOf<string>();
  expectTypeOf(meta).toEqualTypeOf<Meta>();
  expectTypeOf(payload).toEqualTypeOf<unknown>();
});

// A topic with a history can have a gap; one without says so by its type.
const Recorded = topic("room:{id}", [Ping, Join], { history: {} });
const Live = topic("lobby", [Ping]);
// @ts-expect-error -- onGap is missing
client.subscribe(Recorded({ id: "7" }));
const room = client.subscribe(Recorded({ id: "7" }), {
  onGap: ({ reason }) => expectTypeOf(reason).toExtend<string>(),
});
room.on(Join, ({ payload, position, topic: name }) => {
  expectTypeOf(payload).toEqualTypeOf<{ roomId: string; at: number }>();
  expectTypeOf(position.offset).toEqualTypeOf<number>();
  expectTypeOf(name).toEqualTypeOf<string>();
});
// @ts-expect-error -- not a message of this topic
room.on(Traced, () => {});
// @ts-expect-error -- its messages do not say of which topic they are
client.subscribe(Live()).on(Ping, () => {});
expectTypeOf((await client.subscribe("lobby").ready).status).toEqualTypeOf<"fresh" | "recovered" | "gap">();

// The guide's options, as they are.
wsClient({
  url: "ws://localhost:3000/ws",
  autoConnect: true,
  reconnect: { enabled: true, maxAttempts: 5, initialDelayMs: 300, maxDelayMs: 10_000, jitter: "full" },
  auth: { getToken: () => localStorage.getItem("chatToken"), attach: "query" },
  heartbeat: {},
});
// Other classes of sockets, and a URL that is asked for.
wsClient({ url: async () => new URL("ws://test/"), WebSocket });
// @ts-expect-error -- no such option
wsClient({ url: "ws://test/", autoconnect: true });

// The valibot entry is the same client.
const Hello = valibot.message("HELLO", { name: valibot.v.string() });
expectTypeOf(valibot.wsClient).toEqualTypeOf<typeof wsClient>();
valibot
  .wsClient({ url: "ws://test/" })
  .on(Hello, ({ payload }) => expectTypeOf(payload).toEqualTypeOf<{ name: string }>());

// Parts add up, those that add nothing to look at among them.
const some = liteClient({
  url: "ws://test/",
  use: [requests(), tokens(), resume(), topics(), handlers()],
  auth: { getToken: () => "t" },
  maxPendingRequests: 5,
  share: true,
});
expectTypeOf(some.request(GetUser, { id: "1" })).resolves.toHaveProperty("payload");
expectTypeOf(some).toHaveProperty("subscribe");
expectTypeOf(some).toHaveProperty("handle");

// A hook of one's own can say what it gives.
export async function ask<R extends AnyRpc>(asked: R, ...args: RequestArgs<R>): Promise<InferResponse<R>> {
  return (await client.request(asked, ...args)).payload;
}
