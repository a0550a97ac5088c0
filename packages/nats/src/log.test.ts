import type { NatsConnection } from "@nats-io/transport-node";
import { expect, it } from "vitest";
import { NatsLog } from "./log.ts";
import type { Streams } from "./streams.ts";

const KEEPING = { pattern: "room:{id}", size: 10, maxBytes: 1_000, ttlMs: 60_000 };
const RECORDING = { packet: "a", from: undefined, id: "1" };

/** A log whose server gives this answer to each message. */
function answering(answer: object): NatsLog {
  const connection = { request: async () => ({ json: () => answer }) } as unknown as NatsConnection;
  const family = { epoch: "e", chain: [] };
  const streams = {
    of: async () => ({ ...family, added: (topic: string) => topic }),
    severed: { has: () => true, standOf: () => family },
    forget() {},
  } as unknown as Streams;
  return new NatsLog(() => ({ connection, streams }), false, "changes");
}

// A cluster of NATS remembers an id before it has the message, which it may never have
// (https://github.com/nats-io/nats-server/pull/6415): older servers take the next one for a repeat, with no number.
it.each([
  ["older servers", { stream: "s", seq: 0, duplicate: true }],
  ["newer ones", { error: { code: 409, err_code: 10_158, description: "duplicate message id is in process" } }],
])("leaves open whether a message is recorded whose id is known, and that itself is not yet: %s", async (_, answer) => {
  const failure: unknown = await answering(answer)
    .append("room:7", [RECORDING], KEEPING)
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toHaveProperty("recorded");
});

it("knows of one that it is recorded, and of one that was refused that it is not", async () => {
  const recorded = answering({ stream: "s", seq: 7, duplicate: true });
  expect(await recorded.append("room:7", [RECORDING], KEEPING)).toMatchObject([
    { position: { epoch: "e", offset: 7 }, duplicate: true },
  ]);
  const refused = answering({ error: { code: 503, err_code: 10_077, description: "maximum bytes exceeded" } });
  await expect(refused.append("room:7", [RECORDING], KEEPING)).rejects.toMatchObject({ recorded: false });
});
