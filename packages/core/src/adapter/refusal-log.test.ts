import { expect, it } from "vitest";
import { bench, memoryLogger } from "../../test/harness.ts";
import { createRouter } from "../router/create-router.ts";
import { createAdmit } from "./admission.ts";
import { createEntrance } from "./entrance.ts";
import type { AnyUpgradeOptions } from "./upgrade-options.ts";

const UPGRADE = { upgrade: "websocket", host: "app.example.com" };

/** What the log has of so many requests that are refused. */
async function logged(options: AnyUpgradeOptions, headers: Record<string, string> = UPGRADE, times = 3) {
  const logger = memoryLogger();
  const { hub, clock } = bench(createRouter({ logger, limits: { authTimeoutMs: 50 } }));
  const admit = createAdmit(options);
  const statuses = new Set<number | undefined>();
  for (let n = 0; n < times; n++) {
    const req = new Request(`http://app.example.com/ws/${n}?token=SECRET`, { headers });
    const decided = Promise.resolve(admit(hub, req, () => ({ remoteAddress: undefined, request: undefined })));
    // Long enough for a response's body, and not for what never decides.
    await Promise.race([decided, new Promise((resolve) => setTimeout(resolve, 50))]);
    await clock.advance(100);
    const outcome = await decided;
    statuses.add(outcome instanceof Response ? outcome.status : undefined);
  }
  return { statuses: [...statuses], lines: logger.lines, clock };
}

it.each<[number, RegExp, AnyUpgradeOptions, Record<string, string>?]>([
  [401, /authenticate.*return a record/, { authenticate: () => undefined }],
  [418, /authenticate/, { authenticate: () => new Response("no", { status: 418 }) }],
  [403, /allowedOrigins: \["https:\/\/evil\.example"\]/, {}, { ...UPGRADE, origin: "https://evil.example" }],
  [408, /limits\.authTimeoutMs/, { authenticate: () => new Promise(() => {}) }],
  [426, /Upgrade and Connection.*fetch/, {}, { host: "app.example.com" }],
  [400, /Host/, {}, { ...UPGRADE, host: "a b" }],
  [503, /maxConnections$/, { maxConnections: 0 }],
  [429, /maxConnectionsPer\.limit$/, { maxConnectionsPer: { key: () => "one", limit: 0 } }],
])("logs a refusal with %i once, with what would change it, and no token", async (status, advice, options, headers) => {
  const { statuses, lines } = await logged(options, headers);
  expect(statuses).toEqual([status]);
  expect(lines).toEqual([expect.stringMatching(advice)]);
  expect(lines.join()).not.toContain("SECRET");
});

it("logs it again a minute later, with how often it came", async () => {
  const { lines, clock } = await logged({ authenticate: () => null }, UPGRADE, 5);
  await clock.advance(60_000);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^warn: 4 more like this within a minute/);
});

it("tells of a Worker's refusals as calmly, and of a path that nobody serves", () => {
  const logger = memoryLogger();
  const entrance = createEntrance({ logger });
  for (let n = 0; n < 100; n++) entrance.upgradeRefused(404, "path", `https://app.example.com/wss${n}?token=SECRET`);
  expect(logger.lines).toEqual([
    'warn: Refused a request for "/wss0" with 404: nothing is served there. To serve it: path: "/wss0"',
  ]);
});
