import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { whyLeftOut } from "../src/left-out.ts";
import { createProject, type Project } from "../src/project.ts";

const bun = join(createRequire(import.meta.url).resolve("bun/package.json"), "../bin");
const why = whyLeftOut();

const SERVER = `
import { createRouter, rpc, z } from "@ws-kit/zod";
import { devtools } from "@ws-kit/devtools";
const { serve } = await import(typeof Bun === "undefined" ? "@ws-kit/node" : "@ws-kit/bun");
const Add = rpc("ADD", { a: z.number() }, "ADDED", { sum: z.number() });
const router = createRouter();
const fetch = devtools(router);
router.rpc(Add, (ctx) => ({ sum: ctx.payload.a + Number(process.env.BY ?? 1) }));
const server = serve(router, { port: 0, hostname: "127.0.0.1", path: "/ws", fetch });
await server.ready;
console.log("at " + server.port);
`;

describe.skipIf(why)(`devtools, as they are installed${why === undefined ? "" : `: ${why}`}`, () => {
  let project: Project;
  beforeAll(async () => {
    project = await createProject(inject("registry"));
    await project.write({ "package.json": JSON.stringify({ private: true, type: "module" }), "server.mjs": SERVER });
    const packages = ["zod", "node", "bun", "devtools"].map((name) => `@ws-kit/${name}`).join(" ");
    await project.run(`npm install ${packages} zod ws node-20@npm:node@20 node-24@npm:node@24`);
  }, 600_000);
  afterAll(() => project?.[Symbol.asyncDispose]());

  test.each([
    ["Node 20", "node-20"],
    ["Node 24", "node-24"],
    ["Bun", "bun"],
  ])("serve the page, record and replay on %s", { timeout: 300_000 }, async (_name, runtime) => {
    const isBun = runtime === "bun";
    const PATH = `${isBun ? bun : join(project.directory, `node_modules/${runtime}/bin`)}:${process.env["PATH"]}`;
    const begin = async (env: Record<string, string> = {}) =>
      (await project.start(`${isBun ? "bun" : "node"} server.mjs`, /at (\d+)/, { PATH, ...env }))[1];
    const port = await begin();
    const at = (name: string): string => `http://127.0.0.1:${port}/devtools/${name}`;
    expect(await (await fetch(at(""))).text()).toContain("<title>WS-Kit devtools</title>");
    expect((await (await fetch(at("page.js"))).text()).length).toBeGreaterThan(10_000);
    expect((await (await fetch(at("page.css"))).text()).length).toBeGreaterThan(1_000);

    const post = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
    expect(await (await fetch(at("messages"), post)).json()).toMatchObject([
      { type: "ADD", schema: { type: "object" } },
    ]);
    await fetch(at("record"), post);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    await new Promise((resolve) => {
      socket.addEventListener("open", () =>
        socket.send('{"type":"ADD","meta":{"correlationId":"1"},"payload":{"a":1}}'),
      );
      socket.addEventListener("message", resolve);
    });
    socket.close();
    await fetch(at("stop"), post);
    await project.write({ "session.jsonl": await (await fetch(at("session.jsonl"))).text() });

    const replay = (to: string | undefined): Promise<string> =>
      project.run(
        `${isBun ? "bun" : "node"} node_modules/.bin/ws-kit-devtools replay session.jsonl --url ws://127.0.0.1:${to}/ws`,
        { PATH },
      );
    // Node 20 has no WebSocket of its own.
    if (runtime === "node-20") return;
    expect(await replay(await begin())).toBe("The same: 1 connection, 1 frame sent, 1 compared\n");
    await expect(replay(await begin({ BY: "2" }))).rejects.toThrow("payload.sum: expected 2, got 3");
  });
});
