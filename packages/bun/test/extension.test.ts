import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

let bun: ChildProcess;
let port = 0;
const heard: Record<string, unknown>[] = [];

beforeAll(async () => {
  bun = spawn("bun", [fileURLToPath(new URL("extension-server.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (bun.stdout === null) throw new Error("no output");
  const lines = createInterface(bun.stdout);
  const [first] = (await once(lines, "line")) as [string];
  port = Number(first);
  lines.on("line", (line) => heard.push(JSON.parse(line) as Record<string, unknown>));
});

afterAll(async () => {
  if (bun.exitCode !== null) return;
  bun.kill("SIGTERM");
  await once(bun, "exit");
});

it("an extension gates, stamps, observes and has frames of its own on real sockets", async () => {
  const ws = new WebSocket(`ws://localhost:${port}`);
  const frames: Record<string, unknown>[] = [];
  ws.addEventListener("message", ({ data }) => frames.push(JSON.parse(data as string) as Record<string, unknown>));
  await once(ws, "open");
  const send = (type: string, meta?: object, payload?: unknown) => ws.send(JSON.stringify({ type, meta, payload }));
  send("TELL");
  send("ASK", { correlationId: "a" });
  send("TOO_MUCH", { correlationId: "b" });
  send("$ws:witness", undefined, [1]);
  send("NOBODY");
  await vi.waitFor(() => expect(frames.length).toBe(5));
  const by = (type: string) => frames.filter((frame) => frame["type"] === type);
  expect(by("NEWS")).toEqual([{ type: "NEWS", meta: { trace: "t-TELL" } }]);
  expect(by("ANSWER")).toEqual([{ type: "ANSWER", meta: { trace: "t-ASK", correlationId: "a" } }]);
  expect(by("$ws:witness")).toEqual([{ type: "$ws:witness", payload: { echo: [1] } }]);
  expect(by("ERROR").map(({ meta, payload }) => [meta, (payload as { code: string }).code])).toEqual([
    [{ correlationId: "b", inReplyTo: "TOO_MUCH" }, "RESOURCE_EXHAUSTED"],
    [{ inReplyTo: "NOBODY" }, "UNIMPLEMENTED"],
  ]);
  ws.close();
  await vi.waitFor(() => expect(heard.at(-1)?.["hook"]).toBe("closed"));
  const clientId = heard[0]?.["clientId"];
  const lines = heard.filter(({ hook }) => hook === "line").map(({ hook: _hook, ...line }) => line);
  const known = { clientId, timed: true };
  expect(lines).toHaveLength(4);
  expect(lines).toEqual(
    expect.arrayContaining([
      { ...known, type: "TELL", kind: "on", outcome: "ok" },
      { ...known, type: "ASK", kind: "rpc", outcome: "ok", correlationId: "a" },
      {
        ...known,
        type: "TOO_MUCH",
        kind: "unknown",
        outcome: "refused",
        code: "RESOURCE_EXHAUSTED",
        correlationId: "b",
      },
      { ...known, type: "NOBODY", kind: "unknown", outcome: "refused", code: "UNIMPLEMENTED" },
    ]),
  );
  expect(heard.filter(({ hook }) => hook !== "line")).toEqual([
    { hook: "opened", clientId },
    { hook: "joined", topic: "news", first: true },
    { hook: "published", topic: "news", type: "NEWS", matched: 1 },
    { hook: "parted", topic: "news", last: true },
    { hook: "closed", clientId, code: 1005 },
  ]);
});
