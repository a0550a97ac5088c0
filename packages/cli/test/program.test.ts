import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprintOf, z } from "@ws-kit/zod";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Chat } from "./fixtures/chat.ts";

const root = join(import.meta.dirname, "..");
const fixtures = join(import.meta.dirname, "fixtures");
/** Inside of the package, where what is built finds what it imports. */
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(root, "node_modules/.built-"));
  const args = ["tsup", "--config", "../../tsup.config.ts", "--no-dts", "--out-dir", join(directory, "dist")];
  const { code, error } = await call("npx", args, root);
  if (code !== 0) throw new Error(error);
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Said {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

function call(command: string, args: readonly string[], cwd: string): Promise<Said> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { cwd, timeout: 100_000 }, (_, out, error) =>
      resolve({ code: child.exitCode ?? -1, out, error }),
    );
  });
}

// Bun's own is beside the Node that runs this.
const RUNTIMES = [
  ["Node", process.execPath],
  ["Bun", join(root, "../../node_modules/.bin/bun")],
] as const;

describe.each(RUNTIMES)("ws-kit on %s", { timeout: 120_000 }, (_name, runtime) => {
  const wsKit = (...args: string[]) => call(runtime, [join(directory, "dist/main.js"), ...args], fixtures);
  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };

  test("says what it does", async () => {
    expect(await wsKit("--help")).toMatchObject({ code: 0, out: expect.stringContaining("ws-kit diff"), error: "" });
  });

  test("exports the one contract of a module, to a file or not", async () => {
    const { code, out, error } = await wsKit("export", "chat.ts");
    expect([code, error]).toEqual([0, ""]);
    const json = JSON.parse(out) as { messages: { name: string }[] };
    expect(json.messages.map(({ name }) => name)).toEqual(["Import", "Join", "Said", "Typed"]);
    expect(json).toMatchObject({
      name: "Chat",
      version: "2",
      topics: [{ pattern: "hall" }, { pattern: "room:{roomId}" }],
    });
    const target = join(directory, "chat.json");
    expect(await wsKit("export", "chat.ts", "--export", "Chat", "--out", target)).toEqual({
      code: 0,
      out: "",
      error: "",
    });
    expect(readFileSync(target, "utf8")).toBe(out);
    expect(JSON.parse((await wsKit("export", "chat.ts", "--format", "asyncapi")).out)).toMatchObject({
      asyncapi: "3.0.0",
    });
  });

  test("exports one of valibot's, and one in JavaScript that starts something", async () => {
    const { out } = await wsKit("export", "valibot.ts");
    expect(JSON.parse(out)).toMatchObject({
      messages: [{ name: "Join", payload: { properties: { roomId: { type: "string", minLength: 1 } } } }],
    });
    expect(JSON.parse((await wsKit("export", "plain.js")).out)).toMatchObject({ messages: [{ name: "Join" }] });
  });

  test("says the fingerprint, as fingerprintOf does", async () => {
    const expected = fingerprintOf(Chat, (schema, io) => z.toJSONSchema(schema as unknown as z.ZodType, { io }));
    expect(await wsKit("fingerprint", "chat.ts")).toEqual({ code: 0, out: `${expected}\n`, error: "" });
  });

  test("writes it as the constant that the contract has, and checks it", async () => {
    const entry = file(
      "printed.ts",
      `import { contract, message } from "@ws-kit/core";
       import { fingerprint } from "./fingerprint.ts";
       export const contractOfOurs = contract({ Join: message("JOIN") }, { fingerprint });`,
    );
    const constant = join(directory, "fingerprint.ts");
    rmSync(constant, { force: true });
    expect(await wsKit("fingerprint", entry, "--out", constant)).toMatchObject({ code: 0, out: "" });
    expect(readFileSync(constant, "utf8")).toMatch(/^export const fingerprint = "[\w-]{8}";$/m);
    expect(await wsKit("fingerprint", entry, "--check")).toEqual({ code: 0, out: "", error: "" });
    file("fingerprint.ts", `export const fingerprint = "AAAAAAAA";`);
    const checked = await wsKit("fingerprint", entry, "--check");
    expect(checked.code).toBe(1);
    expect(checked.error).toMatch(/^contractOfOurs of \S+ has the fingerprint AAAAAAAA; it should be [\w-]{8}\n$/);
    // What cannot be loaded leaves nothing behind.
    expect(await wsKit("fingerprint", "broken.ts", "--out", join(directory, "left.ts"))).toMatchObject({ code: 2 });
    expect(() => readFileSync(join(directory, "left.ts"))).toThrow("ENOENT");
  });

  test("names what has changed, and which of it breaks", async () => {
    const { out } = await wsKit("export", "chat.ts");
    const same = file("same.json", out);
    expect(await wsKit("diff", same, "chat.ts")).toEqual({ code: 0, out: "nothing has changed\n", error: "" });
    const fewer = file("fewer.json", out.replace(`"bot"`, `"user"`).replace(`"version": "2"`, `"version": "1"`));
    expect(await wsKit("diff", fewer, same)).toEqual({
      code: 1,
      out: 'breaking  Said.payload.by may be "bot" now\nok        (version) is 2 now, was 1\n',
      error: "",
    });
    const back = await wsKit("diff", same, fewer, "--json");
    expect(back.code).toBe(0);
    expect(JSON.parse(back.out)).toEqual({
      breaking: false,
      changes: [
        { breaking: false, path: "(version)", text: "is 1 now, was 2" },
        { breaking: false, path: "Said.payload.by", text: 'may not be "bot" any more' },
      ],
    });
  });

  test("tells of wrong use", async () => {
    const wrong = { code: 2, out: "" };
    expect(await wsKit("export", "nowhere.ts")).toEqual({ ...wrong, error: "ws-kit: No such file: nowhere.ts\n" });
    expect(await wsKit("export", "broken.ts")).toEqual({
      ...wrong,
      error: "ws-kit: broken.ts cannot be loaded: not today\n",
    });
    expect(await wsKit("diff", "one.json")).toMatchObject(wrong);
  });
});
