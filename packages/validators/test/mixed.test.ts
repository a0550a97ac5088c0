import { isServerError, wsClient } from "@ws-kit/client";
import { message as standardMessage, rpc as standardRpc } from "@ws-kit/core";
import { serve } from "@ws-kit/node";
import { message as valibotMessage, rpc as valibotRpc } from "@ws-kit/valibot";
import { createRouter, message as zodMessage, rpc as zodRpc, z } from "@ws-kit/zod";
import { type } from "arktype";
import * as v from "valibot";
import { afterAll, beforeAll, expect, it } from "vitest";

// The same three definitions from each validator, on one router and one client, over a real socket.

const when = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const ISO = "2026-03-01T12:00:00.000Z";

const kits = {
  zod: {
    Seen: zodMessage("ZOD_SEEN", { at: when, user: z.object({ id: z.string() }) }),
    See: zodRpc(
      "ZOD_SEE",
      { at: when, user: z.object({ id: z.string() }) },
      "ZOD_OK",
      { at: when, kind: z.string() },
      {
        progress: { done: z.number() },
        errors: { NOT_FOUND: { id: z.string() } },
      },
    ),
  },
  valibot: {
    Seen: valibotMessage("VALIBOT_SEEN", {
      at: v.pipe(v.string(), v.isoTimestamp(), v.toDate()),
      user: v.object({ id: v.string() }),
    }),
    See: valibotRpc(
      "VALIBOT_SEE",
      { at: v.pipe(v.string(), v.isoTimestamp(), v.toDate()), user: v.object({ id: v.string() }) },
      "VALIBOT_OK",
      { at: v.pipe(v.string(), v.isoTimestamp(), v.toDate()), kind: v.string() },
      { progress: { done: v.number() }, errors: { NOT_FOUND: { id: v.string() } } },
    ),
  },
  ArkType: {
    Seen: standardMessage("ARK_SEEN", type({ at: "string.date.iso.parse", user: { id: "string" } })),
    See: standardRpc(
      "ARK_SEE",
      type({ at: "string.date.iso.parse", user: { id: "string" } }),
      "ARK_OK",
      type({ at: "string.date.iso.parse", kind: "string" }),
      { progress: type({ done: "number" }), errors: { NOT_FOUND: type({ id: "string" }) } },
    ),
  },
};
const names = Object.keys(kits) as (keyof typeof kits)[];

const router = createRouter();
for (const name of names) {
  // The three agree on their types, so that one handler serves them all.
  const { See, Seen } = kits[name] as typeof kits.zod;
  router.rpc(See, (ctx) => {
    if (ctx.payload.user.id === "nobody") return ctx.error("NOT_FOUND", "Nobody", { id: ctx.payload.user.id });
    ctx.progress({ done: 1 });
    ctx.send(Seen, { at: ISO, user: ctx.payload.user });
    return { at: ISO, kind: ctx.payload.at.constructor.name };
  });
}
const server = serve(router, { port: 0, hostname: "127.0.0.1" });
const frames: string[] = [];
class Recording extends WebSocket {
  override send(data: string): void {
    frames.push(data);
    super.send(data);
  }
}
let client: ReturnType<typeof wsClient>;

beforeAll(async () => {
  await server.ready;
  client = wsClient({ url: `ws://127.0.0.1:${server.port}`, WebSocket: Recording });
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

it.each(names)("%s goes all the way and back", async (name) => {
  const { See, Seen } = kits[name] as typeof kits.zod;
  const seen = new Promise<Date>((resolve) => client.once(Seen, ({ payload }) => resolve(payload.at)));
  const progress: unknown[] = [];
  const answer = await client.request(
    See,
    { at: ISO, user: { id: "u1" } },
    { onProgress: (report) => progress.push(report) },
  );
  expect(answer.payload).toEqual({ at: new Date(ISO), kind: "Date" });
  expect(progress).toEqual([{ done: 1 }]);
  expect(await seen).toEqual(new Date(ISO));
});

it.each(names)("%s gives typed details with an error", async (name) => {
  const { See } = kits[name] as typeof kits.zod;
  const error: unknown = await client
    .request(See, { at: ISO, user: { id: "nobody" } })
    .catch((failure: unknown) => failure);
  expect(isServerError(error, See) && error.code === "NOT_FOUND" && error.context).toEqual({ id: "nobody" });
});

it.each(["zod", "valibot"] as const)("%s keeps a password that is not declared at home", async (name) => {
  const { See } = kits[name] as typeof kits.zod;
  frames.length = 0;
  const user = { id: "u1", password: "hunter2" };
  await client.request(See, { at: ISO, user });
  expect(frames.join()).toContain("u1");
  expect(frames.join()).not.toContain("hunter2");
});

it.each(names)("%s's issues have one form on the wire", async (name) => {
  const { See } = kits[name];
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}`);
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  const answer = new Promise<string>((resolve) =>
    socket.addEventListener("message", ({ data }) => resolve(data as string), { once: true }),
  );
  socket.send(
    JSON.stringify({
      type: See.type,
      meta: { correlationId: "1" },
      payload: { at: "secret", user: { id: 987_654 } },
    }),
  );
  const { payload } = JSON.parse(await answer) as {
    payload: { code: string; details: { issues: { path: unknown; message: unknown }[] } };
  };
  socket.close();
  expect(payload.code).toBe("INVALID_ARGUMENT");
  expect(payload.details.issues.map((issue) => Object.keys(issue).toSorted())).toEqual([
    ["message", "path"],
    ["message", "path"],
  ]);
  expect(payload.details.issues.map(({ path }) => path)).toEqual(expect.arrayContaining([["at"], ["user", "id"]]));
  expect(JSON.stringify(payload)).not.toMatch(/secret|987654/);
});
