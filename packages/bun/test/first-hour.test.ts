import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { createRouter } from "@ws-kit/zod";
import { afterEach, expect, test } from "vitest";
import { createBunHandler, serve } from "../src/index.ts";

test("on Node, serve says what to take there", () => {
  expect(() => serve(createRouter(), { port: 0 })).toThrow(/serves on Bun, which this is not.*@ws-kit\/node/);
});

test("a handler says that it was not given Bun's server", () => {
  const handler = createBunHandler(createRouter());
  const req = new Request("http://localhost/", { headers: { upgrade: "websocket" } });
  for (const server of [undefined, {}, { incoming: {}, outgoing: {} }]) {
    expect(() => handler(req, server as never)).toThrow(
      /handler\(req, server\), in Hono handler\(c\.req\.raw, c\.env\)/,
    );
  }
});

test.each([
  [{ prot: 3000 }, 'createBunHandler() has no option "prot"'],
  [{ autenticate: () => {} }, "did you mean authenticate?"],
  [{ otherSockets: true }, "otherSockets is an object, not a boolean"],
])("createBunHandler(router, %o) is refused", (options, text) => {
  expect(() => createBunHandler(createRouter(), options as never)).toThrow(text);
});

let bun: ChildProcess | undefined;
afterEach(() => bun?.kill());

/** Starts a Hono app whose `websocket` is that of `way`. */
async function app(way: string): Promise<{ base: string; log: () => string }> {
  let log = "";
  bun = spawn("bun", [new URL("first-hour-server.ts", import.meta.url).pathname, way]);
  bun.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  if (bun.stdout === null) throw new Error("no output");
  const [port] = (await once(createInterface(bun.stdout), "line")) as [string];
  return { base: `localhost:${port}`, log: () => log };
}

/** What comes back for one frame, or how the socket ends. */
function talk(url: string, frame: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.addEventListener("open", () => socket.send(frame));
    socket.addEventListener("message", ({ data }) => {
      resolve(data as string);
      socket.close();
    });
    socket.addEventListener("close", ({ code }) => resolve(`closed ${code}`));
  });
}

const SAY = JSON.stringify({ type: "SAY", payload: { text: "hi" } });

async function isAlive(base: string): Promise<boolean> {
  return (await (await fetch(`http://${base}/alive`)).text()) === "yes";
}

test("Hono's upgradeWebSocket works beside a handler that was given its callbacks", async () => {
  const { base, log } = await app("both");
  // Twice: the first upgrade of a server is looked at more closely.
  for (let i = 0; i < 2; i++) {
    expect(JSON.parse(await talk(`ws://${base}/ws`, SAY))).toMatchObject({ payload: { text: "hi, mine" } });
    expect(await talk(`ws://${base}/echo`, "hi")).toBe("echo hi");
  }
  expect(log()).toBe("");
});

test("Hono's upgradeWebSocket beside a handler that was not is refused, and the log says how to do it", async () => {
  const { base, log } = await app("ours");
  expect(JSON.parse(await talk(`ws://${base}/ws`, SAY))).toMatchObject({ payload: { text: "hi, mine" } });
  expect(await talk(`ws://${base}/echo`, "hi")).toBe("closed 1008");
  expect(log()).toContain("createBunHandler(router, { otherSockets: websocket })");
  expect(await isAlive(base)).toBe(true);
});

test("Hono's callbacks in the place of ours end nothing, and the log says whose belong there", async () => {
  const { base, log } = await app("hono");
  for (let i = 0; i < 2; i++) expect(await talk(`ws://${base}/ws`, SAY)).toMatch(/^closed 10(?:11|06)$/);
  expect(await talk(`ws://${base}/echo`, "hi")).toBe("echo hi");
  expect(await isAlive(base)).toBe(true);
  expect(log()).toContain("pass websocket: handler.websocket to Bun.serve");
  expect(log()).not.toContain("TypeError");
});

test("a Bun.serve without websocket is told of", async () => {
  const { base, log } = await app("none");
  expect(await talk(`ws://${base}/ws`, SAY)).toBe("closed 1006");
  expect(log()).toContain("The server has no websocket");
  expect(await isAlive(base)).toBe(true);
});

test("a handler that Hono gives no server says so", async () => {
  const { base } = await app("ours");
  const answer = await fetch(`http://${base}/serverless`);
  expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining("c.env")]);
});
