import type { Engine } from "@ws-kit/core/extend";
import { serve } from "@ws-kit/node";
import { createRouter, message, rpc, z } from "@ws-kit/zod";

export const Note = message("NOTE", { text: z.string() });
const Result = { ok: z.boolean(), connections: z.number(), nodes: z.number(), missing: z.array(z.string()) };
export const Tell = rpc("TELL", { user: z.string(), text: z.string() }, "TOLD", Result);
export const Expel = rpc("EXPEL", { user: z.string() }, "EXPELLED", Result);
export const Where = rpc("WHERE", { user: z.string() }, "THERE", { ...Result, online: z.boolean(), node: z.string() });

export const Confirm = rpc.fromServer("CONFIRM", { text: z.string() }, "CONFIRMED", { yes: z.boolean() });
export const Ask = rpc("ASK", { user: z.string(), text: z.string() }, "ASKED", { yes: z.boolean() });

/** Serves one node whose users others may reach, until it is killed. */
export async function serveUsers(engine: Engine): Promise<void> {
  const router = createRouter<{ user?: string | undefined }>({
    engine,
    identify: (data) => data.user,
    authenticate: (req) => ({ user: new URL(req.url).searchParams.get("user") ?? undefined }),
  });
  router.rpc(Tell, ({ payload: { user, text } }) => router.users.send(user, Note, { text }));
  router.rpc(Expel, ({ payload: { user } }) => router.users.close(user, 4_403, "Suspended"));
  router.rpc(Ask, async ({ payload: { user, text } }) => (await router.users.request(user, Confirm, { text })).payload);
  router.rpc(Where, async ({ payload: { user } }) => ({
    ...(await router.users.connections(user)),
    online: await router.users.isOnline(user),
    node: router.cluster?.nodeId ?? "",
  }));
  router.onLink(({ state }) => process.stdout.write(`LINK ${state}\n`));
  const server = serve(router, { port: 0, hostname: "127.0.0.1" });
  await server.ready;
  process.stdout.write(`LISTENING ${server.port}\n`);
}
