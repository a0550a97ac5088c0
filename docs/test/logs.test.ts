import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import * as Sentry from "@sentry/node";
import { wsClient } from "@ws-kit/client/zod";
import type { Logger } from "@ws-kit/core";
import { requestLog } from "@ws-kit/core/extend";
import { serve } from "@ws-kit/node";
import { createRouter, message, rpc, type Router, z } from "@ws-kit/zod";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import winston from "winston";
import { WebSocket } from "ws";
import { samplesOf } from "./samples.ts";

const Pay = rpc("PAY", { card: z.string() }, "PAID", {});
const Note = message.fromClient("NOTE", { text: z.string() });

/** What a page and its connection bring, and no log may have. */
const SECRETS = ["4111-1111", "token-in-url", "cookie-of-page", "key-in-header", "data-of-connection"];

class Declined extends Error {
  override readonly name = "Declined";
  readonly code = "E_BANK";
}

function fail(): never {
  throw new Declined("the bank said %s no", { cause: new Error("connection reset") });
}

/** A socket that says who it is, as a browser does. */
class Known extends WebSocket {
  constructor(url: string, protocols: string[] = []) {
    super(url, protocols, { headers: { cookie: "sid=cookie-of-page", authorization: "Bearer key-in-header" } });
  }
}

/** A server whose handlers throw, and a client that has asked: what the client was told. */
async function failed(router: Router): Promise<{ id: string; clientId: string }> {
  let clientId = "";
  router.onOpen((ctx) => void (clientId = ctx.clientId));
  router.rpc(Pay, fail).on(Note, fail);
  const server = serve(router, { port: 0, authenticate: () => ({ userId: "u1", session: "data-of-connection" }) });
  await server.ready;
  const client = wsClient({
    url: `${server.url.href.replace("http", "ws")}?token=token-in-url`,
    WebSocket: Known,
  });
  onTestFinished(async () => {
    await client.close();
    await server.stop({ timeoutMs: 0 });
  });
  const told = (await client.request(Pay, { card: "4111-1111" }).catch((error: unknown) => error)) as { id: string };
  client.send(Note, { text: "4111-1111" });
  return { id: told.id, clientId };
}

/** Lines of JSON that are written to a stream. */
function written() {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(...chunk.toString().trimEnd().split("\n"));
      done();
    },
  });
  return { lines, stream };
}

function expectNoSecrets(text: string): void {
  expect(SECRETS.filter((secret) => text.includes(secret))).toEqual([]);
}

const LOGGERS: readonly [name: string, make: (stream: Writable) => Logger & { info(line: object): void }][] = [
  ["pino", (stream) => pino(stream)],
  ["winston", (stream) => winston.createLogger({ transports: [new winston.transports.Stream({ stream })] })],
];

test.each(LOGGERS)(
  "%s is told of an error with its stack, its cause and the names of what failed",
  async (_name, make) => {
    const { lines, stream } = written();
    const logger = make(stream);
    const { id, clientId } = await failed(createRouter({ logger }).extend(requestLog({ logger })));
    await vi.waitFor(() => expect(lines).toHaveLength(4));
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const [entry] = entries.filter((one) => "err" in one && String(one["msg"] ?? one["message"]).includes("PAY"));
    expect(entry?.["msg"] ?? entry?.["message"]).toBe(`the bank said %s no (PAY, ${clientId}, ${id})`);
    expect(entry?.["err"]).toMatchObject({ type: "Declined", code: "E_BANK" });
    const text = JSON.stringify(entry);
    for (const part of ["the bank said %s no", "connection reset", "fail", "logs.test.ts"])
      expect(text).toContain(part);
    expect(entries.filter((one) => "err" in one)).toHaveLength(2); // each handler's, though both say the same
    expect(entries.filter(({ outcome }) => outcome === "error").map(({ type }) => type)).toEqual(["PAY", "NOTE"]);
    expect(entries.find(({ type }) => type === "NOTE")).toMatchObject({ clientId, kind: "on", code: "INTERNAL" });
    expectNoSecrets(lines.join("\n"));
  },
);

const envelopes: string[] = [];

beforeAll(() => {
  Sentry.init({
    dsn: "https://public@sentry.example/1",
    transport: () => ({
      send: (envelope) => {
        envelopes.push(JSON.stringify(envelope));
        return Promise.resolve({ statusCode: 200 });
      },
      flush: () => Promise.resolve(true),
    }),
  });
});
beforeEach(() => void (envelopes.length = 0));
afterAll(() => Sentry.close());

test("Sentry is told by the page's recipe of an error, its stack, its cause and the names of what failed", async () => {
  const page = readFileSync(join(import.meta.dirname, "../telemetry.md"), "utf8");
  const [recipe] = samplesOf(page).filter(({ code }) => code.includes("Sentry.captureException"));
  const { lines, stream } = written();
  const router = createRouter();
  // oxlint-disable-next-line no-implied-eval -- what the page shows is what is tested
  new Function("router", "Sentry", "log", recipe?.code ?? "")(router, Sentry, pino(stream));
  const { id, clientId } = await failed(router);
  await vi.waitFor(() => expect(lines).toHaveLength(2));
  await Sentry.flush();

  const [event] = envelopes
    .map((envelope) => (JSON.parse(envelope) as [unknown, [[unknown, Sentry.ErrorEvent]]])[1][0][1])
    .filter(({ tags }) => tags?.["ws.type"] === "PAY");
  expect(event?.tags).toMatchObject({ "ws.client_id": clientId, "ws.error_id": id });
  const values = event?.exception?.values ?? [];
  expect(values.map(({ type, value }) => `${type}: ${value}`).toSorted()).toEqual([
    "Declined: the bank said %s no",
    "Error: connection reset",
  ]);
  const frames = values.flatMap(({ stacktrace }) => stacktrace?.frames ?? []);
  expect(frames.some(({ filename, function: at }) => at?.includes("fail") && filename?.endsWith("logs.test.ts"))).toBe(
    true,
  );
  expectNoSecrets(envelopes.join("\n") + lines.join("\n"));
});
