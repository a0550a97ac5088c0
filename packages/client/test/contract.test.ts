import { contract, createRouter, fingerprintOf, message, z } from "@ws-kit/zod";
import { type ErrorContext, wsClient } from "@ws-kit/client/zod";
import { serve } from "@ws-kit/node";
import { expect, onTestFinished, test, vi } from "vitest";

const parts = { Join: message.fromClient("JOIN", { room: z.string() }), Said: message.fromServer("SAID") };
const agreed = (strict: boolean, changed?: object) => {
  const all = { ...parts, ...changed };
  const fingerprint = fingerprintOf(contract(all), (schema, io) => z.toJSONSchema(schema as z.ZodType, { io }));
  return contract(all, { name: "Chat", strict, fingerprint });
};
const others = { Said: message.fromServer("SAID", { text: z.string() }) };

/** A server of the contract, a client of another one, and what both were told until the client is connected or closed. */
async function meet(theirs: ReturnType<typeof agreed>, ours: ReturnType<typeof agreed>) {
  const logged: string[] = [];
  const log = (text: string) => void logged.push(text);
  const logger = { debug: () => {}, info: () => {}, warn: log, error: log };
  const router = createRouter({ contract: theirs, logger }).on(parts.Join, () => {});
  const server = serve(router, { port: 0, hostname: "127.0.0.1" });
  await server.ready;
  onTestFinished(() => server.stop({ timeoutMs: 0 }));
  const client = wsClient({ url: `ws://127.0.0.1:${server.port}/`, contract: ours, autoConnect: false });
  onTestFinished(() => client.close());
  const errors: ErrorContext[] = [];
  client.onError((_, context) => void errors.push(context));
  await client.connect().catch(() => {});
  return { logged, client, errors };
}

test("both ends of one contract hear nothing of it", async () => {
  const { logged, client, errors } = await meet(agreed(false), agreed(false));
  await client.drained();
  expect([client.state, logged, errors]).toEqual(["open", [], []]);
});

test("a client of another one is told what differs, and goes on", async () => {
  const { logged, client, errors } = await meet(agreed(false), agreed(false, others));
  await vi.waitFor(() => expect(errors).toHaveLength(1));
  const text = "The client has another contract Chat: not the same are Said";
  expect(errors[0]).toMatchObject({
    type: "contract",
    payload: { message: text, differing: ["Said"], strict: false },
  });
  expect(logged).toEqual([text]);
  expect(client.send(parts.Join, { room: "7" })).toBe(true);
  await client.drained();
  expect(client.state).toBe("open");
});

test.each([
  ["the server's", true, false],
  ["the client's", false, true],
  ["both", true, true],
])("it ends where %s is strict", async (_whose, theirs, ours) => {
  const { client, errors } = await meet(agreed(theirs), agreed(ours, others));
  await vi.waitFor(() => expect(client.state).toBe("closed"));
  expect(client.stateInfo).toMatchObject({ code: 4400 });
  expect(errors[0]).toMatchObject({ type: "contract", payload: { differing: ["Said"], strict: theirs } });
});
