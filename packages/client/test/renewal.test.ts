import { createRouter, message, z } from "@ws-kit/zod";
import { type ConnectionState, type ErrorContext, wsClient } from "@ws-kit/client/zod";
import { bearerToken } from "@ws-kit/core";
import { serve } from "@ws-kit/node";
import { expect, onTestFinished, test } from "vitest";

const Told = message("TOLD", { role: z.string() });
const Tell = message("TELL");

interface Data {
  readonly user: string;
  readonly until: number;
  readonly role: string;
}

/** A server whose tokens are `user:until:role`, and what it was asked. */
async function leased() {
  const asked: string[] = [];
  const router = createRouter<Data>({
    expiresAt: (data) => data.until,
    identify: (data) => data.user,
    authorizeTopic: (topic, { data }) => topic === "all" || topic === data.role,
    limits: { expiryGraceMs: 3_000 },
  });
  router.onOpen((ctx) => void ["all", "role1"].map((topic) => ctx.topics.subscribe(topic)));
  router.on(Tell, (ctx) => void ctx.send(Told, { role: ctx.data.role }));
  const server = serve(router, {
    port: 0,
    hostname: "127.0.0.1",
    authenticate(req) {
      const token = bearerToken(req) ?? "";
      asked.push(new URL(req.url).search === "" ? `renewed ${token.split(":")[2]}` : "dialed");
      const [user = "", until = 0, role = ""] = token.split(":");
      return user === "bad" ? null : { user, until: Number(until), role };
    },
  });
  await server.ready;
  onTestFinished(() => server.stop({ timeoutMs: 0 }));
  return { asked, router, url: `ws://127.0.0.1:${server.port}/` };
}

function connect(url: string, getToken: (request: { refresh: boolean }) => string) {
  const client = wsClient({ url, auth: { getToken }, reconnect: { initialDelayMs: 10 } });
  onTestFinished(() => client.close());
  const states: ConnectionState[] = [];
  const errors: ErrorContext[] = [];
  client.onState((state) => void states.push(state));
  client.onError((_, context) => void errors.push(context));
  return { client, states, errors };
}

test(
  "a connection outlives its tokens, one after the other, with the rights of the last",
  { timeout: 30_000 },
  async () => {
    const { asked, router, url } = await leased();
    let tokens = 0;
    const { client, states, errors } = connect(url, () => `ada:${Date.now() + 2_000}:role${++tokens}`);
    const roles: string[] = [];
    client.on(Told, ({ payload }) => void roles.push(payload.role));
    await client.connect();
    await expect.poll(() => asked, { timeout: 15_000 }).toContain("renewed role4");
    client.send(Tell);
    await expect.poll(() => roles.at(-1)).toBe(`role${tokens}`);
    expect(states).toEqual(["connecting", "open"]);
    expect(asked.filter((each) => each === "dialed")).toHaveLength(1);
    expect([...router.connections].map(({ topics }) => topics)).toEqual([["all"]]);
    expect(errors).toEqual([{ type: "server", message: "$ws:auth" }]);
  },
);

test("a token that is refused, or somebody else's, ends the connection; the next one is asked for anew", async () => {
  const { url } = await leased();
  const given = [`ada:${Date.now() + 1_600}:a`, "bad", `ada:${Date.now() + 60_000}:b`];
  const asked: boolean[] = [];
  const { client, states } = connect(url, ({ refresh }) => (asked.push(refresh), given.shift() ?? "bad"));
  await client.connect();
  await expect.poll(() => states, { timeout: 8_000 }).toHaveLength(6);
  expect(states).toEqual(["connecting", "open", "closed", "reconnecting", "connecting", "open"]);
  expect(asked).toEqual([false, true, true]);

  const eve = [`ada:${Date.now() + 1_600}:a`, `eve:${Date.now() + 60_000}:a`];
  const other = connect(url, () => eve.shift() ?? "bad");
  await other.client.connect();
  await expect.poll(() => other.states, { timeout: 8_000 }).toEqual(["connecting", "open", "closed"]);
  expect(other.client.stateInfo).toMatchObject({ code: 4403 });
});
