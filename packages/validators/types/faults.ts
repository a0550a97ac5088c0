import type { UpgradeOptions } from "@ws-kit/core/adapter";
import type { Engine } from "@ws-kit/core/extend";
import {
  contract,
  createRouter,
  isRequestError,
  message,
  rpc,
  topic,
  z,
  type AnyMessage,
  type AnyRpc,
  type ConnectionHandle,
  type Codec,
  type InferInput,
  type InferPayload,
  type InferResponse,
  type Message,
  type MessageHandler,
  type PartHandlers,
  type Router,
  type Rpc,
  type RouterOptions,
} from "@ws-kit/zod";
import { wsClient as lite } from "@ws-kit/client/lite";
import { handlers, requests, tokens, topics } from "@ws-kit/client/parts";
import { presence } from "@ws-kit/client/presence";
import { isServerError, ServerError, wsClient, type Client, type ClientOptions } from "@ws-kit/client/zod";
import { same } from "./equal.ts";

// What was refused, or went through, once.

declare function serve<Data>(router: Router<Data>, options?: UpgradeOptions<Data>): void;

interface AppData {
  userId: string;
  role: "user" | "admin";
}
const router: Router<AppData> = createRouter<AppData>();

// A literal from an inline authenticate.
serve(router, { authenticate: () => ({ userId: "1", role: "admin" }) });
serve(router, { authenticate: async (req) => (req.url ? { userId: "1", role: "user" } : undefined) });
// @ts-expect-error -- no such role
serve(router, { authenticate: () => ({ userId: "1", role: "root" }) });
// @ts-expect-error -- lacks the role
serve(router, { authenticate: () => ({ userId: "1" }) });

// A function that takes whatever router.
function setup(any: Router): void {
  any.on(message("PING"), (ctx) => void ctx.data.whatever);
}
setup(router);
setup(createRouter());

// An option that is undefined was left out.
const given: { n?: number } = {};
export const options: RouterOptions<AppData> = {
  heartbeat: undefined,
  limits: { maxTopics: given.n },
  engine: undefined,
};
serve(router, { maxConnections: given.n, authenticate: undefined });
router.onOpen((ctx) => {
  ctx.send(message("PING"), undefined, { meta: undefined });
  ctx.error("ABORTED", "Later", undefined, { retryAfterMs: given.n });
  void ctx.publish("room", message("PING"), undefined, { excludeSelf: undefined, filter: undefined });
});
export const clientOptions: ClientOptions = { url: "ws://x", heartbeat: undefined };

// A caught error has no code that does not exist.
export function caught(error: unknown): void {
  if (error instanceof ServerError) {
    same<typeof error.context, unknown>();
    // @ts-expect-error -- no such code
    void (error.code === "NOT_FOUNDD");
  }
  const Ask = rpc("ASK", undefined, "ANSWER", undefined, { errors: { NOT_FOUND: { id: z.string() } } });
  if (isServerError(error, Ask) && error.code === "NOT_FOUND") same<typeof error.context, { id: string } | undefined>();
}

// Types by hand, as isolatedDeclarations wants them.
export const Join: Message<{ type: "JOIN"; payload: { roomId: string } }> = message("JOIN", { roomId: z.string() });
export const At: Message<{ type: "AT"; payload: { at: Date }; input: { at: string } }> = message("AT", {
  at: z.string().transform((text) => new Date(text)),
});
export const GetUser: Rpc<{
  type: "GET_USER";
  payload: { id: string };
  response: Message<{ type: "USER"; payload: { name: string } }>;
  progress: { done: number };
  errors: { NOT_FOUND: { id: string } };
}> = rpc(
  "GET_USER",
  { id: z.string() },
  "USER",
  { name: z.string() },
  {
    progress: { done: z.number() },
    errors: { NOT_FOUND: { id: z.string() } },
  },
);
export const Traced: Message<{ type: "TRACED"; meta: { trace: string } }> = message("TRACED", undefined, {
  meta: { trace: z.string() },
});
// @ts-expect-error -- another payload than the schema's
export const Wrong: Message<{ type: "JOIN"; payload: { roomId: number } }> = message("JOIN", { roomId: z.string() });

// Directions.
export const Said = message.fromServer("SAID", { text: z.string() });
export const Say = message.fromClient("SAY", { text: z.string() });
same<typeof Said, Message<{ type: "SAID"; from: "server"; payload: { text: string } }>>();
router.on(Say, (ctx) => {
  ctx.send(Said, { text: ctx.payload.text });
  // @ts-expect-error -- clients send it
  ctx.send(Say, { text: "a" });
});
// @ts-expect-error -- servers send it
router.on(Said, () => {});
export function relay<M extends typeof Said | typeof Join>(handle: ConnectionHandle<AppData>, it: M): M {
  handle.send(Said, { text: "a" });
  return it;
}

// A handler of its own, whatever it returns.
export const handler: MessageHandler<typeof Join, AppData> = async (ctx) => ctx.payload.roomId;
export const boolean: MessageHandler<typeof Join, AppData> = (ctx) => ctx.send(Join, ctx.payload);

// Methods stay with their context.
/* oxlint-disable typescript/unbound-method -- what the compiler is to refuse by itself */
// @ts-expect-error -- taken off
router.on(Say, ({ send }) => void send(Said, { text: "a" }));
// @ts-expect-error -- taken off
router.on(Say, ({ publish }) => void publish("room", Said, { text: "a" }));
// @ts-expect-error -- taken off
router.rpc(GetUser, ({ reply }) => reply({ name: "a" }));
/* oxlint-enable typescript/unbound-method */

// An rpc is no message: it has an answer.
const client = wsClient({ url: "ws://x", autoConnect: false });
// @ts-expect-error -- it is asked
client.send(GetUser, { id: "1" });
// @ts-expect-error -- its answer is what request() gives
client.on(GetUser, () => {});
// @ts-expect-error -- clients ask it
void router.publish("room", GetUser, { id: "1" });
// @ts-expect-error -- and handlers answer it
router.on(Join, (ctx) => void ctx.send(GetUser, { id: "1" }));
// @ts-expect-error -- it reports nothing
client.stream(rpc("QUIET", undefined, "DONE"));

// Nor does a client ask what servers do, nor a server what clients do.
const Confirm = rpc.fromServer(
  "CONFIRM",
  { text: z.string() },
  "CONFIRMED",
  { yes: z.boolean() },
  {
    progress: { seen: z.boolean() },
    errors: { ABORTED: { why: z.string() } },
  },
);
router.on(Join, async (ctx) => {
  const { payload } = await ctx.request(
    Confirm,
    { text: "a" },
    { timeoutMs: 1, onProgress: ({ seen }) => same<typeof seen, boolean>() },
  );
  same<typeof payload, { yes: boolean }>();
  // @ts-expect-error -- another payload
  void ctx.request(Confirm, { text: 1 });
  // @ts-expect-error -- clients ask it
  void ctx.request(GetUser, { id: "1" });
  // @ts-expect-error -- it has no answer
  void ctx.request(Join, { roomId: "1" });
});
export async function confirmed<R extends typeof Confirm>(
  handle: ConnectionHandle<AppData>,
  it: R,
): Promise<R | string> {
  try {
    await handle.request(Confirm, { text: "a" });
  } catch (error) {
    if (isRequestError(error, Confirm) && error.code === "ABORTED") return error.details?.why ?? "";
  }
  return it;
}
// @ts-expect-error -- servers ask it
router.rpc(Confirm, () => ({ yes: true }));
// @ts-expect-error -- servers ask it
void client.request(Confirm, { text: "a" });
// @ts-expect-error -- servers ask it
void client.attempt(Confirm, { text: "a" });
// @ts-expect-error -- servers ask it
void client.stream(Confirm, { text: "a" });
// @ts-expect-error -- nobody asks it twice
rpc.fromServer("ONCE", undefined, "DONE", undefined, { idempotent: true });

// An error without details, and a position that goes out in a payload.
const Taken = rpc(
  "TAKE",
  undefined,
  "TOOK",
  { since: z.tuple([z.string(), z.number(), z.string().optional()]) },
  {
    errors: { ALREADY_EXISTS: undefined, NOT_FOUND: { id: z.string() } },
  },
);
const Lobby = topic("lobby", [Join], { history: {} });
router.rpc(Taken, async (ctx) => {
  if (ctx.data.userId === "") return ctx.error("ALREADY_EXISTS", "You have it");
  // @ts-expect-error -- this one has details
  if (ctx.data.userId === "2") return ctx.error("NOT_FOUND", "Nothing there");
  return { since: await ctx.topics.position(Lobby()) };
});

export type Named = [Engine, Codec];

// What ends a request stands for its answer; what a router was given holds what lets in.
createRouter().handle(contract({ GetUser }), {
  GetUser: (ctx) => (ctx.payload.id === "" ? ctx.error("NOT_FOUND", "No", { id: "" }) : ctx.reply({ name: "a" })),
});
// @ts-expect-error -- neither an answer nor the end
createRouter().handle(contract({ GetUser }), { GetUser: () => {} });
// @ts-expect-error -- lacks the role
createRouter<AppData>({ authenticate: () => ({ userId: "1" }) });
export const nameOf = <R extends AnyRpc>(_: R, answer: InferResponse<R>): InferPayload<R["response"]> => answer;
topic("a:{id}", [Said], given.n === 1 ? { history: {} } : {});
// Of which type it is may be left open.
export const wider: Message<{ type: string; payload: InferPayload<typeof Said> }> = Said;
// @ts-expect-error -- an rpc is no answer
rpc("X", undefined, GetUser);
// @ts-expect-error -- clients send it
rpc("X", undefined, Say);
// @ts-expect-error -- no schemas
rpc("X", undefined, "Y", undefined, { errors: 5 });
// @ts-expect-error -- neither end
rpc("X", undefined, "Y", undefined, { stream: {} });

// Right, whatever the first of several parts is: a small client has what it uses.
export const small = lite({ url: "x", use: [requests(), topics()] });
void small.request(GetUser, { id: "a" });
small.subscribe("a");
// @ts-expect-error -- without requests() there are none
void lite({ url: "x", use: [tokens()] }).request;
void client.attempt(GetUser, { id: "a" }, { onProgress: ({ done }) => same<typeof done, number>() });
// @ts-expect-error -- an rpc with a stream has no attempt
void client.attempt(rpc("X", undefined, "Y", undefined, { stream: { fromServer: z.string() } }));
// @ts-expect-error -- a gap would go unseen
client.subscribe(topic("a:{id}", [Said], { history: {} })({ id: 1 }));
client.subscribe(topic("a:{id}", [Said])({ id: 1 }));
// @ts-expect-error -- it carries something else
void router.publish(topic("a:{id}", [Said])({ id: 1 }), message("PING"));
// A router that lets in nobody has no connection that lacks anything.
createRouter({ authenticate: () => undefined }).merge(createRouter<AppData>());
// What is inferred from authenticate is known to what stands before it.
same<Router<{ id: string }>, ReturnType<typeof inferred>>();
export const inferred = () => createRouter({ identify: ({ id }) => id, authenticate: () => ({ id: "a" }) });
// Of several kinds of data each is known.
createRouter({
  authenticate: async (req) => {
    if (req.url === "") return new Response(null, { status: 401 });
    return req.url === "a" ? { kind: "member" as const, id: "a" } : { kind: "guest" as const };
  },
}).onOpen(({ data }) => (data.kind === "member" ? same<typeof data.id, string>() : undefined));
// @ts-expect-error -- no object
createRouter({ authenticate: async (req) => req.url });

// What is narrowed by a guard, and what is not.
interface Member extends AppData {
  clientId: string;
  role: "admin";
}
const isMember = (data: AppData): data is Member => data.role === "admin";
export const guarded: Router<Member>[] = [router.guard(isMember), router.guard<Member>((data) => isMember(data))];
export const asBefore: Router<AppData>[] = [
  router.guard(({ role }) => role !== "user" && role !== "admin"),
  router.guard(async ({ role }) => role === "admin", { code: "PERMISSION_DENIED" }),
];
export const guardOf = <D extends { role: string }>(any: Router<D>): Router<D> => any.guard(({ role }) => role !== "");
// @ts-expect-error -- it narrows nothing
router.guard<Member>(({ role }) => role.startsWith("a"));

// What follows a topic says what came of it only where there is something to say.
router.on(Join, async ({ topics: all }) => {
  const plain: Promise<void> = all.subscribe("a");
  const each: Promise<void>[] = ["a", "b"].map((name) => all.subscribe(name));
  await Promise.all([plain, ...each, all.subscribe(topic("a:{id}", [Said])({ id: 1 }))]);
  const { status } = await all.subscribe(Lobby());
  same<typeof status, "fresh" | "recovered" | "gap">();
  // @ts-expect-error -- nothing is kept of it
  void all.position("a");
});

// An answer without a payload is given by giving none.
const answering = wsClient({ url: "x", use: [handlers(), presence()] });
const Wake = rpc.fromServer("WAKE", undefined, "AWAKE");
answering.handle(Wake, () => {});
answering.handle(Wake, async () => {});
// @ts-expect-error -- this one has a payload
answering.handle(Confirm, () => {});
// With a presence in use, topics that have none are followed as without.
answering.subscribe(Lobby(), { onGap: () => {} }).on(Join, ({ payload }) => same<typeof payload.roomId, string>());
answering.subscribe("a").unsubscribe();
// @ts-expect-error -- it has no presence
answering.subscribe("a").track({});
// @ts-expect-error -- a gap would go unseen
answering.subscribe(Lobby());
export const ofClient: (it: Client) => void = (it) => it.send(Say, { text: "a" });
ofClient(answering);

// The handlers of a contract, written elsewhere.
const Feature = contract({ Say, GetUser, Said });
export const featured: PartHandlers<typeof Feature.parts, AppData> = {
  Say: () => {},
  GetUser: ({ payload }) => ({ name: payload.id }),
};
router.handle(Feature, featured);
// @ts-expect-error -- clients send it, and are not sent it
message.fromClient("X", { id: z.string() }, { overflow: "drop" });
message.fromClient("X", { id: z.string() }, { meta: { trace: z.string() } });

// Options of a request are told from the answer of a message, also where a message is open yet.
void client.request(GetUser, { id: "a" }, { timeoutMs: 1, onProgress: ({ done }) => same<typeof done, number>() });
void client
  .request(Say, { text: "a" }, Said, { timeoutMs: 1 })
  .then(({ payload }) => same<typeof payload.text, string>());
void client.request(GetUser, { id: "a" }, Said).then(({ payload }) => same<typeof payload.text, string>());
export const asked = <M extends AnyMessage, R extends AnyMessage>(m: M, payload: InferInput<M>, answer: R) =>
  client.request(m, payload, answer);
void asked(Say, { text: "a" }, Said).then(({ payload }) => same<typeof payload.text, string>());
export const answeredBy = (answer: AnyMessage, any: AnyRpc) => [
  client.request(Say, { text: "a" }, answer),
  client.request(any, { text: "a" }, { timeoutMs: 1 }),
];
// @ts-expect-error -- no such option
void client.request(GetUser, { id: "a" }, { timeout: 1 });
// @ts-expect-error -- no answer, and no rpc
void client.request(Say, { text: "a" }, { timeoutMs: 1 });
