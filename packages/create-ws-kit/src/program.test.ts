import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { run } from "./program.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "create-"));
  return () => rm(home, { recursive: true });
});

const DOWN = "\u001B[B";
const ENTER = "\r";
const CONTROL_C = "\u0003";

/** Runs the program. Keys are pressed one by one, each when its question is there. */
async function call(args: readonly string[], keys: readonly string[] = [], userAgent?: string) {
  const streams = { input: new PassThrough(), output: new PassThrough(), error: new PassThrough() };
  const said = { output: "", error: "" };
  streams.output.on("data", (text: Buffer) => (said.output += text.toString()));
  streams.error.on("data", (text: Buffer) => (said.error += text.toString()));
  const code = run(args, { ...streams, isInteractive: keys.length > 0, userAgent });
  for (const key of keys) {
    const before = said.output.length;
    streams.input.write(key);
    await expect.poll(() => said.output.length).toBeGreaterThan(before);
    await sleep(0);
  }
  return { code: await code, ...said };
}

const textOf = (project: string, file: string): Promise<string> => readFile(join(home, project, file), "utf8");

test("makes what the arguments say, and tells what comes next", async () => {
  const { code, output } = await call([join(home, "my-app"), "--template", "hono", "--client", "plain"]);
  expect(code).toBe(0);
  expect(output).toContain("npm install\n  npm run dev");
  expect(await textOf("my-app", "package.json").then(JSON.parse)).toMatchObject({
    name: "my-app",
    dependencies: { "@ws-kit/node": expect.stringMatching(/^\^\d+\.\d+\.\d+$/), hono: expect.any(String) },
  });
  expect(await textOf("my-app", "README.md")).toMatch(/^# my-app\n[^]*npm install\nnpm run dev /);
  expect(await textOf("my-app", ".gitignore")).toContain("node_modules/");
});

test.each(["bun", "node-express", "hono", "cloudflare"])("%s: nothing is left open", async (template) => {
  for (const client of ["react", "plain"]) {
    const project = `${template}-${client}`;
    expect((await call([join(home, project), "-t", template, "-c", client])).code).toBe(0);
    const files = (await readdir(join(home, project), { recursive: true, withFileTypes: true })).filter((file) =>
      file.isFile(),
    );
    for (const { parentPath, name } of files) {
      expect(name).not.toMatch(/^_/);
      expect(await readFile(join(parentPath, name), "utf8")).not.toMatch(/\{\{|workspace:/);
    }
  }
});

test("Vite refreshes React's components where it serves them, and Bun does by itself", async () => {
  for (const template of ["bun", "node-express", "hono", "cloudflare"]) {
    for (const client of ["react", "plain"]) {
      const project = `${template}-${client}`;
      await call([join(home, project), "-t", template, "-c", client]);
      const { devDependencies } = JSON.parse(await textOf(project, "package.json")) as { devDependencies: object };
      const config = template === "bun" ? "" : await textOf(project, "vite.config.ts");
      const expected = client === "react" && template !== "bun";
      expect([project, "@vitejs/plugin-react" in devDependencies, config.includes("react()")]).toEqual([
        project,
        expected,
        expected,
      ]);
    }
  }
});

test.each([
  ["npm/11.0.0 node/v24.0.0 linux x64", "node-express", "npm run dev"],
  ["pnpm/12.2.0 npm/? node/v24.0.0 linux x64", "node-express", "pnpm run dev"],
  ["yarn/4.0.0 npm/? node/v24.0.0 linux x64", "node-express", "yarn dev"],
  ["bun/1.4.5 npm/? node/v24.0.0 linux x64", "bun", "bun run dev"],
])("--yes asks nothing, and goes by who runs it: %s", async (userAgent, template, dev) => {
  const { code, output } = await call([join(home, "app"), "--yes"], [], userAgent);
  expect(code).toBe(0);
  expect(output).toContain(dev);
  const { dependencies } = JSON.parse(await textOf("app", "package.json")) as { dependencies: object };
  expect(dependencies).toHaveProperty([template === "bun" ? "@ws-kit/bun" : "express"]);
  expect(dependencies).toHaveProperty("react");
});

test("pnpm is told whose install scripts may run", async () => {
  await call([join(home, "app"), "-t", "cloudflare", "--yes"], [], "pnpm/12.2.0");
  expect(await textOf("app", "pnpm-workspace.yaml")).toContain("workerd: true");
});

/** What may be said by arguments, the question where it is not, and the keys that say the same. */
const SAID = [
  { args: ["mixed"], question: "Where?", keys: ["mixed", ENTER] },
  { args: ["-t", "hono"], question: "Served by?", keys: [DOWN, ENTER] },
  { args: ["-c", "plain"], question: "The page?", keys: [DOWN, ENTER] },
];
const EITHER = Array.from({ length: 2 ** SAID.length }, (_, bits) => SAID.filter((_part, i) => bits & (1 << i)));

test.each(EITHER.map((asked) => ({ asked, name: asked.map(({ question }) => question).join(" ") || "nothing" })))(
  "asks for $name where that alone was not said",
  async ({ asked }) => {
    const cwd = process.cwd();
    onTestFinished(() => process.chdir(cwd));
    process.chdir(home);
    const args = SAID.filter((part) => !asked.includes(part)).flatMap((part) => part.args);
    const keys = asked.flatMap((part) => part.keys);
    const { code, output } = await call(args, keys);
    expect(code).toBe(0);
    expect(SAID.filter(({ question }) => output.includes(question))).toEqual(asked);
    const { dependencies } = JSON.parse(await textOf("mixed", "package.json")) as { dependencies: object };
    expect(dependencies).toHaveProperty("hono");
    expect(dependencies).not.toHaveProperty("react");
  },
);

test("asks where, and takes no place that is taken", async () => {
  const cwd = process.cwd();
  onTestFinished(() => process.chdir(cwd));
  process.chdir(home);
  await mkdir("x");
  await writeFile("x/file", "");
  const { code, output } = await call(["-t", "bun", "-c", "react"], ["x", ENTER, "y", ENTER]);
  expect(output).toContain("x is not empty (file)");
  expect(code).toBe(0);
  expect(await textOf("xy", "index.html")).toContain("<title>xy</title>");
});

test("whoever calls it off finds nothing written", async () => {
  const { code, output } = await call([join(home, "off")], [CONTROL_C]);
  expect(code).toBe(1);
  expect(output).toContain("Nothing was written");
  expect(await readdir(home)).toEqual([]);
});

test.each([
  [["app", "-t", "rails"], "argument 'rails' is invalid. Allowed choices are bun, node-express, hono, cloudflare."],
  [["app", "-c", "vue"], "argument 'vue' is invalid. Allowed choices are react, plain."],
  [["app", "--temlate", "bun"], "(Did you mean --template?)"],
  [["app", "other", "-y"], "too many arguments"],
  [["app"], "Nobody can be asked for template, client here: say it, or --yes"],
  [["My App", "-y"], '"My App" cannot be the name of a package'],
  [["full", "-y"], "full is not empty (package.json)"],
  [["file", "-y"], "file is a file"],
])("%j is refused", async (args, message) => {
  const cwd = process.cwd();
  onTestFinished(() => process.chdir(cwd));
  process.chdir(home);
  await mkdir("full");
  await writeFile("full/package.json", "{}");
  await writeFile("file", "");
  const { code, error } = await call(args);
  expect(error).toContain(message);
  expect(code).toBe(2);
  expect((await readdir(".")).toSorted()).toEqual(["file", "full"]);
});

test("a repository that is empty but for its .git is taken, and help is at hand", async () => {
  await mkdir(join(home, "repo/.git"), { recursive: true });
  expect((await call([join(home, "repo"), "-y"])).code).toBe(0);
  const { code, output } = await call(["--help"]);
  expect(code).toBe(0);
  expect(output).toContain("npm create ws-kit my-app -- --template node-express --client react");
});
