import { on, once } from "node:events";
import { cp, readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { whyLeftOut } from "../src/left-out.ts";
import { createProject } from "../src/project.ts";
import { freePort } from "../../../test/ports.ts";

const EXAMPLES = join(import.meta.dirname, "../../../examples");
const RUNTIMES = [
  join(createRequire(import.meta.url).resolve("bun/package.json"), "../bin"),
  dirname(process.execPath),
];
const why = whyLeftOut();

interface Example {
  readonly folder: string;
  readonly command: string;
  /** Where its socket is. */
  readonly socket: string;
  /** The subprotocol that a client offers. */
  readonly protocol?: string;
  /** What is served besides has no page. */
  readonly bare?: true;
  /** It is started by what its manifest has for development alone. */
  readonly dev?: true;
  /** Another one, which it runs: both are copied, and the other's packages installed. */
  readonly beside?: string;
}

const TRIED: readonly Example[] = [
  { folder: "chat", command: "bun server/main.ts", socket: "/ws" },
  { folder: "dashboard", command: "bun server/main.ts", socket: "/ws" },
  { folder: "deployment", command: "node server.ts", socket: "/ws", bare: true },
  { folder: "cluster-chat", beside: "chat", command: "bun cluster-chat/start.ts", socket: "/ws" },
  { folder: "game", command: "bun server/main.ts", socket: "/ws", protocol: "ws-kit.game1" },
  { folder: "hono", command: "bun src/bun.ts", socket: "/ws" },
  { folder: "hono", command: "node src/node.ts", socket: "/ws" },
  { folder: "node-express", command: "node src/main.ts", socket: "/poll" },
  { folder: "patterns", command: "node start.ts pool", socket: "/", bare: true },
  { folder: "cloudflare-chat", command: "node start.ts", socket: "/rooms/lobby?name=Ann", dev: true },
];

test("each example is tried", async () => {
  const folders = (await readdir(EXAMPLES, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  expect(new Set(TRIED.map(({ folder }) => folder))).toEqual(new Set(folders.map(({ name }) => name)));
});

describe.skipIf(why)(`examples installed from tarballs${why === undefined ? "" : `: ${why}`}`, () => {
  test.for(TRIED)("$folder, by $command", { timeout: 300_000 }, async ({ folder, command, socket, ...more }) => {
    await using project = await createProject(inject("registry"), RUNTIMES);
    const { beside } = more;
    // Side by side in a folder whose packages both find, as they are here.
    for (const name of beside === undefined ? [folder] : [folder, beside]) {
      await cp(join(EXAMPLES, name), beside === undefined ? project.directory : join(project.directory, name), {
        recursive: true,
        filter: (source) => !["node_modules", "test", "tsconfig.json"].includes(basename(source)),
      });
    }
    const manifest = await readFile(join(EXAMPLES, beside ?? folder, "package.json"), "utf8");
    const { dependencies, ...rest } = JSON.parse(manifest.replaceAll("workspace:^", "*")) as {
      dependencies: Record<string, string>;
    };
    delete dependencies["bun"]; // It is there.
    await project.write({ "package.json": JSON.stringify({ ...rest, dependencies }) });
    await project.run(`npm install ${more.dev ? "" : "--omit=dev"}`);

    const [, address = ""] = await project.start(command, /is at (\S+)/, {
      PORT: beside === undefined ? "0" : String(await freePort()),
    });
    const url = new URL(address.replace(/^ws/, "http"));
    const statuses = new Set(more.bare ? [] : await statusesOf(url));
    expect([...statuses]).toEqual(more.bare ? [] : [200]);
    const opened = new WebSocket(new URL(socket, url.href.replace("http", "ws")), more.protocol ?? "ws-kit");
    onTestFinished(() => opened.terminate());
    // All of them: two may come at once.
    const messages = on(opened, "message");
    await once(opened, "open");
    opened.send('{"type":"$ws:ping"}');
    for await (const [data] of messages) if (String(data) === '{"type":"$ws:pong"}') break;
  });
});

/** Of a page, and of the scripts that it names. */
async function statusesOf(url: URL): Promise<number[]> {
  const page = await fetch(url);
  const scripts = [...(await page.text()).matchAll(/<script[^>]* src="([^"]+)"/g)];
  const answers = await Promise.all(scripts.map(([, script = ""]) => fetch(new URL(script, url))));
  return [page, ...answers].map(({ status }) => status);
}
