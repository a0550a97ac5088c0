import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { freePort } from "../../../test/ports.ts";
import { readmeFiles } from "../../../test/readme.ts";
import { whyLeftOut } from "../src/left-out.ts";
import { createProject, type Project } from "../src/project.ts";

const bun = join(createRequire(import.meta.url).resolve("bun/package.json"), "../bin");
const why = whyLeftOut();

/** The runtimes, and the block of commands that the README has for each. */
const RUNTIMES = [
  ["Bun", "Bun"],
  ["Node 20", "Node 20"],
  ["Node 22", "Node 22.18 or later"],
  ["Node 24", "Node 22.18 or later"],
] as const;

describe.skipIf(why)(`the README followed to the letter${why === undefined ? "" : `: ${why}`}`, () => {
  let runtimes: Project;
  let commands: ReadonlyMap<string, readonly string[]>;

  beforeAll(async () => {
    const markdown = await readFile(join(import.meta.dirname, "../../../README.md"), "utf8");
    const blocks = [...markdown.matchAll(/```sh\n# ([^\n]*)\n([^]*?)```/g)];
    commands = new Map(blocks.map(([, title = "", lines = ""]) => [title, lines.trim().split("\n")]));
    runtimes = await createProject(inject("registry"));
    await runtimes.write({ "package.json": JSON.stringify({ private: true }) });
    await runtimes.run("npm install node-20@npm:node@20 node-22@npm:node@22 node-24@npm:node@24");
  }, 600_000);
  afterAll(() => runtimes?.[Symbol.asyncDispose]());

  test.each(RUNTIMES)("works on %s", { timeout: 600_000 }, async (runtime, title) => {
    const isBun = runtime === "Bun";
    const path = isBun ? bun : join(runtimes.directory, "node_modules", runtime.toLowerCase().replace(" ", "-"), "bin");
    await using project = await createProject(inject("registry"), [path]);
    const version = await project.run(isBun ? "bun --version" : "node --version");
    expect(version).toMatch(isBun ? /^1\./ : new RegExp(`^v${runtime.slice(-2)}\\.`));

    const port = String(await freePort());
    for (const [name, code] of await readmeFiles()) {
      // What the comment beside the one line that differs says.
      const here = isBun ? code : code.replace(/"[^"]*"; \/\/ on Node: ("[^"]*")/, "$1;");
      await project.write({ [name]: here.replaceAll("3000", port) });
    }
    const lines = commands.get(title) ?? [];
    expect(lines.length).toBeGreaterThan(2);
    let printed = "";
    for (const line of lines) {
      // It serves until it is ended, and says nothing meanwhile.
      if (line.endsWith("server.ts")) {
        await project.start(`echo started; ${line}`, /^started$/);
        await listening(Number(port));
      } else printed = await project.run(line);
    }
    expect(printed.split("\n")).toEqual(expect.arrayContaining(["open", "lobby: Hello", "5", "closed"]));
    expect(printed).not.toMatch(/error|warning/i);
  });
});

/** Waits until something accepts connections there. */
async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "localhost");
    const [event] = (await Promise.race([
      once(socket, "connect").then(() => ["connect"]),
      once(socket, "error").then(() => ["error"]),
    ]).catch(() => ["error"])) as [string];
    socket.destroy();
    if (event === "connect") return;
    await sleep(200);
  }
}
