import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { v } from "@ws-kit/valibot";
import { z } from "@ws-kit/zod";
import * as oldValibot from "valibot-oldest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as oldZod from "zod-oldest";
import { emitDeclarations, type Declarations } from "../src/declarations.ts";

const packages = join(import.meta.dirname, "../..");
const modules = join(import.meta.dirname, "../node_modules");

/** What `z` and `v` do not have of the oldest zod and valibot, and why: see z.ts and v.ts. */
const LEFT_OUT = {
  zod: /^(?:core|locales|z|default)$/,
  valibot: new RegExp(
    [
      "Async$|^_|_REGEX$",
      "^(?:map|set|symbol|nan|promise|function_?|instance|file|blob|mimeType|args|returns)$",
      "^(?:parser|safeParser|assert|message|unwrap|flatten|summarize|isOfKind|isOfType|isValiError|ValiError)$",
      "^(?:get|set|delete|entriesFrom)[A-Z]",
    ].join("|"),
  ),
};

/** Run where only the package, core and one version of the validator can be found. */
const PROGRAMS = {
  zod: `
    import { z, message, rpc, createRouter } from "@ws-kit/zod";
    const lacking = Object.keys(z).filter((name) => z[name] === undefined);
    const at = z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() });
    const M = message("M", { at, user: z.object({ id: z.string() }), n: z.number().int().default(5), kind: z.enum(["a", "b"]) });
    const instance = z.instanceof(URL), date = z.date();`,
  valibot: `
    import { v as z, message, rpc, createRouter } from "@ws-kit/valibot";
    import { instance as instanceOf } from "valibot";
    const lacking = Object.keys(z).filter((name) => z[name] === undefined);
    const at = z.pipe(z.string(), z.isoTimestamp(), z.transform((text) => new Date(text)));
    const M = message("M", { at, user: z.object({ id: z.string() }), n: z.optional(z.pipe(z.number(), z.integer()), 5), kind: z.picklist(["a", "b"]) });
    const instance = instanceOf(URL), date = z.date();`,
};
const REST = `
  createRouter().on(M, () => {}).rpc(rpc("ASK", { a: z.number() }, "ANSWER", { b: z.number() }), () => ({ b: 1 }));
  const { inbound, outbound } = M["~validators"].payload;
  const refused = [instance, date, z.bigint()].map((schema) => {
    try { message("X", { at: schema }); } catch (error) { return error.message; }
  });
  const given = { at: "2026-03-01T12:00:00.000Z", user: { id: "1", hash: "x" }, kind: "a", x: 1 };
  console.log(JSON.stringify({
    lacking,
    refused,
    wire: (await outbound(given)).value,
    received: (await inbound(given)).value,
    wrong: (await inbound({ ...given, kind: "c", n: 0.5 })).issues.length,
  }));`;

describe.each(["zod", "valibot"] as const)("%s", (name) => {
  const oldest = `${name}-oldest`;

  it("is tested in the oldest version that its peer range takes", async () => {
    const { peerDependencies } = await manifest(join(packages, name));
    const { version } = await manifest(join(modules, oldest));
    expect(peerDependencies?.[name]).toBe(`^${version}`);
  });

  it("has all of the oldest version's members but what is left out", () => {
    const [ours, theirs] = name === "zod" ? [z, oldZod] : [v, oldValibot];
    const expected = Object.keys(theirs).filter((member) => !LEFT_OUT[name].test(member));
    expect(Object.keys(ours).toSorted()).toEqual(expected.toSorted());
  });

  it.each([oldest, name])("is imported and used with %s", { timeout: 60_000 }, async (version) => {
    const directory = await mkdtemp(join(tmpdir(), "validator-"));
    try {
      for (const own of ["core", name]) {
        await mkdir(join(directory, own));
        for (const part of ["src", "package.json"]) {
          await cp(join(packages, own, part), join(directory, own, part), { recursive: true });
        }
      }
      await mkdir(join(directory, "node_modules/@ws-kit"), { recursive: true });
      for (const own of ["core", name])
        await symlink(join(directory, own), join(directory, "node_modules/@ws-kit", own));
      await symlink(await realpath(join(modules, version)), join(directory, "node_modules", name));
      await writeFile(join(directory, "program.mjs"), PROGRAMS[name] + REST);
      const { stdout } = await promisify(execFile)(process.execPath, ["program.mjs"], { cwd: directory });
      expect(JSON.parse(stdout)).toEqual({
        lacking: [],
        refused: [/at at is a .*(?:URL|instance)/, /at at is a date/, /at at is a bigint/].map((text) =>
          expect.stringMatching(text),
        ),
        wire: { at: "2026-03-01T12:00:00.000Z", user: { id: "1" }, kind: "a" },
        received: { at: "2026-03-01T12:00:00.000Z", user: { id: "1" }, kind: "a", n: 5 },
        wrong: 2,
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe("declarations", () => {
  let declarations: Declarations;
  beforeAll(async () => {
    declarations = await emitDeclarations();
  }, 120_000);
  afterAll(() => declarations[Symbol.asyncDispose]());

  it.each([
    ["zod", `import { createRouter, message, rpc, z, type InferPayload } from "@ws-kit/zod";`],
    ["valibot", `import { createRouter, message, rpc, v as z, type InferPayload } from "@ws-kit/valibot";`],
  ])("compile with the oldest %s", { timeout: 60_000 }, async (name, imports) => {
    const file = join(declarations.directory, `oldest-${name}.ts`);
    await writeFile(
      file,
      `${imports}
      const M = message("M", { user: z.object({ id: z.string() }), kind: z.optional(z.literal("a")) });
      const Ask = rpc("ASK", { a: z.number() }, "ANSWER", { b: z.number() });
      const payload: InferPayload<typeof M> = { user: { id: "1" }, kind: "a" };
      createRouter()
        .on(M, (ctx) => void ctx.send(M, { user: { id: ctx.payload.user.id.toUpperCase() } }))
        .rpc(Ask, (ctx) => ({ b: ctx.payload.a + payload.user.id.length }));
      // @ts-expect-error -- no such field
      message("N", { a: z.string() })["~validators"] satisfies { b: 1 };
      // @ts-expect-error -- not a string
      createRouter().on(M, (ctx) => void ctx.send(M, { user: { id: 5 } }));`,
    );
    const old = (entry: string) => [join(modules, `${name}-oldest`, entry)];
    const paths =
      name === "zod"
        ? { zod: old("index.d.ts"), "zod/v4/core": old("v4/core/index.d.ts") }
        : { valibot: old("dist/index.d.ts") };
    expect(await declarations.compileWith(paths, "typescript-7", [file])).toBe("");
  });
});

interface Manifest {
  readonly version: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

async function manifest(directory: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(directory, "package.json"), "utf8")) as Manifest;
}
