import { describe, expect, it } from "vitest";
import { bench, gate, memoryLogger } from "../../test/harness.ts";
import { createRouter } from "../router/router.ts";
import { bearerToken, chooseProtocol } from "./token.ts";
import { admit, type UpgradeOptions } from "./admission.ts";

function rig(options: UpgradeOptions, headers: Record<string, string> = {}) {
  const logger = memoryLogger();
  const { hub, clock } = bench(createRouter({ logger }));
  const req = new Request("http://app.example.com/ws?token=q", {
    headers: { upgrade: "websocket", host: "app.example.com", ...headers },
  });
  return { hub, clock, logger, decide: async () => admit(hub, req, options) };
}

async function status(options: UpgradeOptions, headers?: Record<string, string>): Promise<number | "in"> {
  const outcome = await rig(options, headers).decide();
  return outcome instanceof Response ? outcome.status : "in";
}

describe("authenticate", () => {
  it.each([undefined, null, false] as const)("refuses with 401 when it gives %s, now or later", async (refusal) => {
    expect(await status({ authenticate: () => refusal })).toBe(401);
    expect(await status({ authenticate: async () => refusal })).toBe(401);
  });

  it("refuses with the response it throws, and with 500 when it fails, which is reported", async () => {
    const reject = () => {
      // oxlint-disable-next-line typescript/only-throw-error -- the documented way to refuse
      throw new Response("pay", { status: 402 });
    };
    expect(await status({ authenticate: reject })).toBe(402);
    expect(await status({ authenticate: async () => reject() })).toBe(402);
    const failing = rig({ authenticate: () => Promise.reject(new Error("database")) });
    expect(await failing.decide()).toMatchObject({ status: 500 });
    expect(failing.logger.lines.join()).toContain("database");
  });

  it("gives data of its own to each connection", async () => {
    const user = { name: "Ada", clientId: "ada-1" };
    const first = await rig({ authenticate: () => user }).decide();
    expect(first).toMatchObject({ clientId: "ada-1", data: user });
    expect((first as { data: object }).data).not.toBe(user);
    const { clientId } = (await rig({ authenticate: () => ({}) }).decide()) as { clientId: string };
    expect(clientId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("is refused after authTimeoutMs", async () => {
    const { decide, clock } = rig({ authenticate: () => gate().opened.then(() => ({})) });
    const outcome = decide();
    await clock.advance(5_000);
    expect(await outcome).toMatchObject({ status: 408 });
    expect(clock.pending).toBe(0);
  });

  it("leaves no timer behind when it was in time", async () => {
    const { decide, clock } = rig({ authenticate: () => Promise.resolve({}) });
    await decide();
    expect(clock.pending).toBe(0);
  });
});

describe("origin", () => {
  it("is the same host by default, and may be absent", async () => {
    expect(await status({})).toBe("in");
    expect(await status({}, { origin: "https://app.example.com" })).toBe("in");
    expect(await status({}, { origin: "https://evil.example" })).toBe(403);
    expect(await status({}, { origin: "null" })).toBe(403);
  });

  it("can be listed, decided or open to all", async () => {
    const headers = { origin: "http://localhost:5173" };
    expect(await status({ allowedOrigins: ["http://localhost:5173"] }, headers)).toBe("in");
    expect(await status({ allowedOrigins: ["http://localhost:5174"] }, headers)).toBe(403);
    expect(await status({ allowedOrigins: (origin) => origin.includes("localhost") }, headers)).toBe("in");
    expect(await status({ allowedOrigins: "*" }, headers)).toBe("in");
  });

  it("is checked before authenticate, and its refusal names the option that would allow it", async () => {
    let asked = false;
    const { decide, logger } = rig(
      { authenticate: () => ({ asked: (asked = true) }) },
      { origin: "http://localhost:5173" },
    );
    await decide();
    expect(asked).toBe(false);
    expect(logger.lines.join()).toContain('allowedOrigins: ["http://localhost:5173"]');
  });
});

it("refuses what is no upgrade, and everything while it drains", async () => {
  expect(await status({}, { upgrade: "" })).toBe(426);
  const draining = rig({});
  draining.hub.draining = true;
  expect(await draining.decide()).toMatchObject({ status: 503 });
});

describe("bearerToken", () => {
  const from = (headers: Record<string, string>, url = "http://h/ws") => bearerToken(new Request(url, { headers }));

  it("reads the header, the subprotocol and the query", () => {
    expect(from({ authorization: "Bearer abc" }, "http://h/ws?token=q")).toBe("abc");
    expect(from({ "sec-websocket-protocol": "ws-kit, ws-kit.token.%C3%A9%E2%82%AC" })).toBe("é€");
    expect(from({}, "http://h/ws?token=q")).toBe("q");
    expect(from({}, "http://h/ws?token=")).toBeUndefined();
    expect(from({ authorization: "Basic abc" })).toBeUndefined();
  });

  it("is not echoed as the chosen subprotocol", () => {
    const choose = (offered?: string) =>
      chooseProtocol(
        new Request("http://h", offered === undefined ? {} : { headers: { "sec-websocket-protocol": offered } }),
      );
    expect(choose("ws-kit, ws-kit.token.abc")).toBe("ws-kit");
    expect(choose("ws-kit.token.abc, ws-kit, chat.v2")).toBe("chat.v2");
    expect(choose("ws-kit.token.abc")).toBeUndefined();
    expect(choose()).toBeUndefined();
  });
});
