import {
  wsClient,
  isServerError,
  type AnyRpc,
  type Client,
  type InferMessage,
  type RequestArgs,
  type SendArgsOf,
} from "@ws-kit/client/zod";
import { same } from "./equal.ts";
import * as valibot from "./valibot.ts";
import { Ask, Dated, GetUser, Import, Join, Ping } from "./zod.ts";

const client: Client = wsClient({ url: "ws://localhost" });

client.on(Dated, (msg) => same<typeof msg.payload.at, Date>());
client.on(valibot.Dated, (msg) => same<typeof msg.payload.at, Date>());
client.send(Ping);
client.send(Dated, { at: "2026-03-01T12:00:00Z" });
// @ts-expect-error -- the sender gives the input side
client.send(Dated, { at: new Date() });
// @ts-expect-error -- a wrong payload
client.send(Join, { room: 5 });
// @ts-expect-error -- an unknown key
client.send(Join, { room: "a", seat: 1 });

export async function calls(): Promise<void> {
  const user = await client.request(GetUser, { id: "u1" });
  same<typeof user.payload, { id: string; born: Date }>();
  const joined = await client.request(Ping, undefined, Join, { timeoutMs: 5 });
  same<typeof joined.payload.room, string>();
  await client.request(Ask, undefined, { meta: { trace: "t" } });
  // @ts-expect-error -- the meta is required
  await client.request(Ask);
  await client.request(Import, { file: "a" }, { onProgress: (progress) => same<typeof progress, { done: number }>() });
  // @ts-expect-error -- a wrong payload
  await client.request(GetUser, { id: 5 });
  // @ts-expect-error -- it reports nothing
  await client.request(GetUser, { id: "u1" }, { onProgress: () => {} });
  await client.request(GetUser, { id: "u1" }, { onProgress: undefined, timeoutMs: 5 });

  try {
    const stream = client.stream(Import, { file: "a" });
    for await (const progress of stream) same<typeof progress.done, number>();
  } catch (error) {
    if (isServerError(error, Import) && error.code === "NOT_FOUND")
      same<typeof error.context, { file: string } | undefined>();
    if (isServerError(error, Import) && error.code === "ABORTED")
      same<typeof error.context, "user" | "disk" | undefined>();
    if (isServerError(error, Import) && error.code === "INTERNAL") same<typeof error.context, unknown>();
  }
}

// What a typed hook needs: the arguments that follow an rpc, or a message, whatever it is.
export function useRequest<R extends AnyRpc>(rpc: R) {
  return async (...args: RequestArgs<R>) => (await client.request(rpc, ...args)).payload;
}
export const ask = useRequest(GetUser);
void ask({ id: "u1" }).then((user) => same<typeof user, { id: string; born: Date }>());
// @ts-expect-error -- a wrong payload
void ask({ id: 5 });
// @ts-expect-error -- the meta is required
void useRequest(Ask)();
void useRequest(Ask)(undefined, { meta: { trace: "t" } });

export const forward = <M extends typeof Join | typeof Dated>(message: M, ...args: SendArgsOf<M>): boolean =>
  client.send(message, ...args);
forward(Join, { room: "a" });

// Several messages are told apart by their type.
type Some = InferMessage<typeof Join | typeof Dated>;
export function told(some: Some): void {
  if (some.type === "DATED") same<typeof some.payload, { at: Date }>();
  else same<typeof some.payload.room, string>();
}
for (const message of [Join, Dated]) client.on(message, told);
