import { createRouter, rpc, z } from "@ws-kit/zod";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createNodeHandler, serve } from "../src/index.ts";

const Ask = rpc("ASK", undefined, "ASKED", { ok: z.boolean() });
const TIMES = ["authTimeoutMs", "requestTimeoutMs", "handlerTimeoutMs", "openTimeoutMs", "closeGraceMs", "maxStallMs"];

let warnings = 0;
const warned = ({ name }: Error) => void (name === "TimeoutOverflowWarning" && warnings++);
beforeEach(() => void process.on("warning", warned));
afterEach(() => void process.off("warning", warned));

describe("times longer than a timer", () => {
  it.each([Infinity, 2 ** 31, 30 * 24 * 3_600_000])("mean that long: %s", async (ms) => {
    warnings = 0;
    const limits = Object.fromEntries(TIMES.map((name) => [name, ms]));
    const router = createRouter({ limits, heartbeat: { intervalMs: Math.max(ms, 2 ** 40), timeoutMs: 2 ** 33 } });
    router.onOpen(() => new Promise((resolve) => void setTimeout(resolve, 20)));
    router.rpc(Ask, () => new Promise((resolve) => void setTimeout(() => resolve({ ok: true }), 50)));
    const server = serve(router, {
      port: 0,
      authenticate: () => new Promise((resolve) => void setTimeout(() => resolve({}), 20)),
    });
    await server.ready;
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}`);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", reject);
    });
    socket.send('{"type":"ASK","meta":{"correlationId":"1"}}');
    const { data } = await new Promise<MessageEvent<string>>((resolve) =>
      socket.addEventListener("message", resolve, { once: true }),
    );
    expect(JSON.parse(data)).toMatchObject({ type: "ASKED", payload: { ok: true } });
    await server.stop({ timeoutMs: ms });
    expect(warnings).toBe(0);
  });
});

describe("what is no time", () => {
  it.each([NaN, -1, "5" as never])("is a RangeError: %s", async (ms) => {
    for (const name of TIMES) expect(() => createRouter({ limits: { [name]: ms } })).toThrow(RangeError);
    expect(() => createRouter({ heartbeat: { intervalMs: ms } })).toThrow(RangeError);
    expect(() => createRouter({ heartbeat: { timeoutMs: ms } })).toThrow(RangeError);
    const server = serve(createRouter(), { port: 0 });
    await server.ready;
    await expect(server.stop({ timeoutMs: ms })).rejects.toThrow(RangeError);
    await server.stop();
  });

  it("is so for idleTimeoutSeconds beyond what Node takes", () => {
    expect(() => createNodeHandler(createRouter(), { idleTimeoutSeconds: 3_000_000 })).toThrow(RangeError);
  });
});
