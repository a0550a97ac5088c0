import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { emitDeclarations, type Declarations } from "../src/declarations.ts";

const PRELUDE = `import { z, message, rpc, topic, contract, createRouter, type RpcContext, type MessageContext } from "@ws-kit/zod";
import { wsClient } from "@ws-kit/client/zod";
import { wsClient as lite } from "@ws-kit/client/lite";
import { requests, tokens } from "@ws-kit/client/parts";
import { streams } from "@ws-kit/client/streams";
import { presence } from "@ws-kit/client/presence";
const Join = message("JOIN", { room: z.string(), seats: z.number().optional() });
const Dated = message("DATED", { at: z.codec(z.iso.datetime(), z.date(), { decode: (s) => new Date(s), encode: (d) => d.toISOString() }) });
const Traced = message("TRACED", { n: z.number() }, { meta: { trace: z.string() } });
const GetUser = rpc("GET_USER", { id: z.string() }, "USER", { id: z.string(), name: z.string() }, {
  progress: { done: z.number() }, errors: { NOT_FOUND: { id: z.string() } } });
const router = createRouter<{ userId?: string }>();
const client = wsClient({ url: "ws://localhost" });
declare const ctx: MessageContext<typeof Join>;
declare const call: RpcContext<typeof GetUser>;
void [router, client, Dated, Traced, lite, requests, tokens, streams, presence];
`;

/** What people get wrong, and what the compiler says of it first. */
const MISTAKES: { readonly [title: string]: string } = {
  "a wrong payload": `ctx.send(Join, { room: 5 });`,
  "an unknown key": `ctx.send(Join, { room: "a", seat: 5 });`,
  "a missing key": `ctx.send(Join, {});`,
  "a missing payload": `ctx.send(Join);`,
  "the output side of a codec": `ctx.send(Dated, { at: new Date() });`,
  "missing meta": `ctx.send(Traced, { n: 1 });`,
  "a wrong payload published": `void router.publish("room", Join, { room: 5 });`,
  "a wrong payload from the client": `client.send(Join, { room: 5 });`,
  "a wrong payload of a request": `void client.request(GetUser, { id: 5 });`,
  "a wrong payload of a request with its answer": `void client.request(Join, { room: 5 }, message("JOINED"));`,
  "a payload key that is not there": `router.on(Join, (it) => console.log(it.payload.rom));`,
  "a reply outside an rpc": `router.on(Join, (it) => it.reply(Join, { room: "a" }));`,
  "an rpc on on()": `router.on(GetUser, () => {});`,
  "an rpc sent by a client": `client.send(GetUser, { id: "u1" });`,
  "an rpc heard by a client": `client.on(GetUser, () => {});`,
  "an rpc sent by a server": `ctx.send(GetUser, { id: "u1" });`,
  "an rpc published": `void router.publish("room", GetUser, { id: "u1" });`,
  "an rpc that servers ask, asked by a client": `void client.request(rpc.fromServer("X", undefined, "Y"));`,
  "an rpc that clients ask, asked by a server": `void ctx.request(GetUser, { id: "u1" });`,
  "a stream of an rpc without progress": `client.stream(rpc("X", undefined, "Y"));`,
  "a stream asked as a request": `void client.request(rpc("X", z.string(), "Y", undefined, { stream: { fromServer: z.string() } }), "a");`,
  "a stream asked by a client without the part": `client.stream(rpc("X", undefined, "Y", undefined, { stream: { fromServer: z.string() } }));`,
  "a stream attempted": `void client.attempt(rpc("X", undefined, "Y", undefined, { stream: { fromServer: z.string() } }));`,
  "neither a stream nor reports, of a client with streams()": `wsClient({ url: "ws://localhost", use: [streams()] }).stream(rpc("X", undefined, "Y"));`,
  "requests of a small client without the part": `void lite({ url: "ws://localhost", use: [tokens()] }).request(GetUser, { id: "u1" });`,
  "a misspelt option of a request": `void client.request(GetUser, { id: "a" }, { timeout: 5 });`,
  "a wrong option of a request": `void client.request(GetUser, { id: "a" }, { timeoutMs: "5" });`,
  "a number as options of a request": `void client.request(GetUser, { id: "a" }, 5000);`,
  "progress of a request that reports none": `void client.request(rpc("ASK", undefined, "ANSWER"), undefined, { onProgress: () => {} });`,
  "a message asked as an rpc, with options": `void client.request(Join, { room: "a" }, { timeoutMs: 5 });`,
  "a misspelt option behind an answer": `void client.request(Join, { room: "a" }, message("JOINED"), { timeout: 5 });`,
  "a message asked as an rpc": `void client.request(Join, { room: "a" });`,
  "a recorded topic followed without onGap": `client.subscribe(topic("room:{id}", [message("A")], { history: {} })({ id: 1 }));`,
  "an idempotent rpc with a stream": `rpc("X", undefined, "Y", undefined, { stream: { fromServer: z.string() }, idempotent: true });`,
  "progress beside a stream": `rpc("X", undefined, "Y", undefined, { stream: { fromServer: z.string() }, progress: z.number() });`,
  "a stream of neither end": `rpc("X", undefined, "Y", undefined, { stream: {} });`,
  "items for an rpc that takes none": `wsClient({ url: "ws://localhost", use: [streams()] }).stream(rpc("X", undefined, "Y", undefined, { stream: { fromServer: z.string() } }), undefined, { send: ["a"] });`,
  "overflow of what clients send": `message.fromClient("X", undefined, { overflow: "drop" });`,
  "onGap of a topic without a history": `client.subscribe(topic("room:{id}", [])({ id: 1 }), { onGap: () => {} });`,
  "a recorded topic followed without onGap, of a client with presence()": `wsClient({ url: "ws://localhost", use: [presence()] }).subscribe(topic("room:{id}", [message("A")], { history: {} })({ id: 1 }));`,
  "a misspelt option of a subscription, of a client with presence()": `wsClient({ url: "ws://localhost", use: [presence()] }).subscribe(topic("room:{id}", [message("A")], { history: {} })({ id: 1 }), { onGab: () => {} });`,
  "a message that a subscription does not carry": `client.subscribe(topic("room:{id}", [message("A")], { history: {} })({ id: 1 }), { onGap: () => {} }).on(Join, () => {});`,
  "a family followed in the place of a topic": `void ctx.topics.subscribe(topic("room:{id}", []));`,
  "a position in a topic without a history": `void ctx.topics.position(topic("room:{id}", [])({ id: 1 }));`,
  "a method taken off its context": `router.on(Join, ({ send }) => send(Join, { room: "a" }));`,
  "a router of other data merged": `router.merge(createRouter<{ tenant: number; userId?: string }>());`,
  "a guard's code that gRPC does not have": `router.guard(() => true, { code: "FORBIDDEN" });`,
  "a guard that gives no boolean": `router.guard((data) => data.userId);`,
  "a text as data": `createRouter({ authenticate: () => "a" });`,
  "a message that servers send": `client.send(message.fromServer("SAID"));`,
  "a message that servers send handled": `router.on(message.fromServer("SAID"), () => {});`,
  "a message that clients send": `ctx.send(message.fromClient("SAY"));`,
  "a message that a topic does not carry": `void router.publish(topic("room:{id}", [message("A")])({ id: 1 }), Join, { room: "a" });`,
  "a presence that a topic does not have": `void ctx.presence.track(topic("room:{id}", [message("A")])({ id: 1 }), {});`,
  "a message that a topic does not carry, of a handler": `void ctx.publish(topic("room:{id}", [message("A")])({ id: 1 }), Join, { room: "a" });`,
  "ephemeral messages of a topic without a history": `topic("room:{id}", [], { ephemeral: [message("A")] });`,
  "a misspelt option of a history": `topic("room:{id}", [], { history: { maxMesages: 5 } });`,
  "nobody to leave out": `void router.publish("room", Join, { room: "a" }, { excludeSelf: true });`,
  "progress of an rpc that reports none": `void client.attempt(rpc("ASK", undefined, "ANSWER"), undefined, { onProgress: () => {} });`,
  "progress that a handler's rpc does not declare": `router.rpc(rpc("ASK", undefined, "ANSWER"), (it) => { it.progress({ done: 1 }); });`,
  "a contract that is handled in part": `router.handle(contract({ Join, GetUser }), { Join: () => {} });`,
  "a contract's rpc that is not answered": `router.handle(contract({ GetUser }), { GetUser: () => {} });`,
  "data that authenticate leaves out": `createRouter<{ userId: string; role: string }>({ authenticate: () => ({ userId: "a" }) });`,
  "no message at all": `client.send({ type: "JOIN" }, { room: "a" });`,
  "a wrong response": `call.reply({ id: "u1", name: 5 });`,
  "a missing response": `call.reply();`,
  "a wrong response returned": `router.rpc(GetUser, () => ({ id: "u1" }));`,
  "wrong progress": `call.progress({ done: "1" });`,
  "wrong error details": `call.error("NOT_FOUND", "No such user", { name: "a" });`,
  "missing error details": `call.error("NOT_FOUND", "No such user");`,
  "a code that gRPC does not have": `call.error("NOPE", "No such user");`,
  "data that may be missing": `router.on(Join, (it) => it.data.userId.length);`,
  "a shape of something else": `message("X", { room: "string" });`,
  "errors in a list": `rpc("X", undefined, "Y", undefined, { errors: ["NOT_FOUND"] });`,
  "an rpc without a response": `rpc("X", { id: z.string() });`,
};

let declarations: Declarations;
beforeAll(async () => {
  declarations = await emitDeclarations();
}, 120_000);
afterAll(() => declarations[Symbol.asyncDispose]());

it("the compiler's first line says what is wrong", { timeout: 120_000 }, async () => {
  const titles = Object.keys(MISTAKES);
  const files = titles.map((_, index) => join(declarations.directory, `mistake-${index}.ts`));
  await Promise.all(files.map((file, index) => writeFile(file, PRELUDE + MISTAKES[titles[index] as string])));
  const printed = await declarations.compile("typescript-7", files, "--skipLibCheck");
  const said = titles.map((title, index) => {
    const lines = printed.split("\n").filter((line) => line.includes(`mistake-${index}.ts(`));
    return `${title}\n  ${MISTAKES[title]}\n  ${lines.map((line) => line.replace(/^.*?: error /, "")).join("\n  ")}`;
  });
  await expect(`${said.join("\n\n")}\n`).toMatchFileSnapshot("./errors.txt");
});
