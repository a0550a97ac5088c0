import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { emitDeclarations, type Declarations } from "../src/declarations.ts";

let declarations: Declarations;
beforeAll(async () => {
  declarations = await emitDeclarations();
}, 120_000);
afterAll(() => declarations[Symbol.asyncDispose]());

it.each(["zod", "valibot"])("the samples in the README of %s compile", { timeout: 60_000 }, async (name) => {
  const text = readFileSync(join(import.meta.dirname, `../../${name}/README.md`), "utf8");
  const samples = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code as string);
  expect(samples.length).toBeGreaterThan(0);
  const files = samples.map((_, index) => join(declarations.directory, `readme-${name}-${index}.ts`));
  await Promise.all(files.map((file, index) => writeFile(file, samples[index] as string)));
  expect(await declarations.compile("typescript-7", files, "--skipLibCheck")).toBe("");
});
