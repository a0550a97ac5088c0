import { message, rpc as coreRpc, type InferChunk, type InferChunkInput, type StandardSchema } from "@ws-kit/core";
import { createRouter, rpc, z, contract, type Compatible } from "@ws-kit/zod";
import { rpc as valibotRpc, v } from "@ws-kit/valibot";
import { wsClient, type Client } from "@ws-kit/client/zod";
import { streams } from "@ws-kit/client/streams";
import { same } from "./equal.ts";
import { GetUser, Import } from "./zod.ts";

const when = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const done = { count: z.number() };
const Up = rpc("UP", { name: z.string() }, "UPPED", done, { stream: { fromClient: { at: when } } });
const Down = rpc("DOWN", undefined, "DOWNED", done, { stream: { fromServer: z.string() } });
const Both = rpc("BOTH", { name: z.string() }, "DONE", done, {
  meta: { trace: z.string() },
  errors: { NOT_FOUND: { name: z.string() } },
  stream: { fromClient: { n: z.number() }, fromServer: { at: when } },
});
const Valibot = valibotRpc("V", undefined, "VD", undefined, {
  stream: { fromClient: v.string(), fromServer: { n: v.number() } },
});
declare const text: StandardSchema<string, string>;
const Core = coreRpc("C", undefined, message("CD"), { stream: { fromServer: text } });

same<InferChunk<typeof Up, "fromClient">, { at: Date }>();
same<InferChunkInput<typeof Up, "fromClient">, { at: string }>();
same<InferChunk<typeof Up, "fromServer">, never>();
same<InferChunk<typeof Both, "fromServer">, { at: Date }>();
same<InferChunk<typeof Valibot, "fromClient">, string>();
same<InferChunk<typeof Valibot, "fromServer">, { n: number }>();
same<InferChunk<typeof Core, "fromServer">, string>();
same<(typeof GetUser)["stream"], undefined>();

// @ts-expect-error -- what is asked with a stream is never sent twice
rpc("X", undefined, "Y", undefined, { stream: { fromClient: z.string() }, idempotent: true });
// @ts-expect-error -- reports are items of the stream
rpc("X", undefined, "Y", undefined, { stream: { fromServer: z.string() }, progress: z.string() });
// @ts-expect-error -- servers ask none with a stream
rpc.fromServer("X", undefined, "Y", undefined, { stream: { fromServer: z.string() } });
// @ts-expect-error -- a misspelt end
rpc("X", undefined, "Y", undefined, { stream: { fromClients: z.string() } });
// @ts-expect-error -- no schema of zod's
rpc("X", undefined, "Y", undefined, { stream: { fromClient: "string" } });

const router = createRouter();
router.rpc(Up, async (ctx) => {
  for await (const { at } of ctx.incoming) same<typeof at, Date>();
  // @ts-expect-error -- the server sends none
  await ctx.write({ at: "" });
  return { count: 1 };
});
router.rpc(Down, async (ctx) => {
  await ctx.write("a");
  // @ts-expect-error -- no item of its stream
  await ctx.write(1);
  // @ts-expect-error -- clients send none
  void ctx.incoming;
  return { count: 1 };
});
router.rpc(GetUser, (ctx) => {
  // @ts-expect-error -- it has no stream
  void ctx.incoming;
  // @ts-expect-error -- it has no stream
  void ctx.write;
  return { id: ctx.payload.id, born: "" };
});
router.handle(contract({ Both }), {
  Both: async (ctx) => {
    for await (const { n } of ctx.incoming) await ctx.write({ at: String(n) });
    return { count: 1 };
  },
});

const plain = wsClient({ url: "" });
const client = wsClient({ url: "", use: [streams()] });

async function* numbers() {
  yield { n: 1 };
}

export async function calls(): Promise<void> {
  const up = client.stream(Up, { name: "a" }, { send: [{ at: "" }] });
  same<Awaited<typeof up.result>["payload"], { count: number }>();
  for await (const _ of client.stream(Down)) same<typeof _, string>();
  const { signal } = new AbortController();
  client.stream(Down, undefined, { signal, timeoutMs: 5 });
  const both = client.stream(Both, { name: "a" }, { send: numbers(), meta: { trace: "" } });
  for await (const { at } of both) same<typeof at, Date>();
  client.stream(Up, { name: "a" }, { send: new ReadableStream<{ at: string }>() });
  // What reports while it runs is iterated as before.
  for await (const { done: share } of client.stream(Import, { file: "a" })) same<typeof share, number>();

  // One with streams() in use is still a client, and says itself what is wrong.
  const whole: Client = client;
  void whole;
  // @ts-expect-error -- there is nothing to send
  client.stream(Up, { name: "a" });
  // @ts-expect-error -- no items of its stream
  client.stream(Up, { name: "a" }, { send: [{ at: new Date() }] });
  // @ts-expect-error -- its server takes none
  client.stream(Down, undefined, { send: ["a"] });
  // @ts-expect-error -- the meta is required
  client.stream(Both, { name: "a" }, { send: numbers() });
  // @ts-expect-error -- it has no stream
  client.stream(GetUser, { id: "a" });
  // @ts-expect-error -- it has a stream
  await client.request(Up, { name: "a" });
  // @ts-expect-error -- it has a stream
  await client.attempt(Up, { name: "a" });
  // @ts-expect-error -- a client without streams()
  plain.stream(Down);
}

const Old = contract({ Up, Down });
const takesMore = rpc("UP", { name: z.string() }, "UPPED", done, { stream: { fromClient: z.unknown() } });
export const fine: Compatible<typeof Old, ReturnType<typeof moreOf>> = true;
const moreOf = () => contract({ Up: takesMore, Down });
const givesOther = rpc("DOWN", undefined, "DOWNED", done, { stream: { fromServer: z.number() } });
const otherOf = () => contract({ Up, Down: givesOther });
export const other: Compatible<typeof Old, ReturnType<typeof otherOf>> = "Down: gives something else than before";
const none = rpc("DOWN", undefined, "DOWNED", done);
const noneOf = () => contract({ Up, Down: none });
export const without: Compatible<typeof Old, ReturnType<typeof noneOf>> = "Down: has other streams than before";
