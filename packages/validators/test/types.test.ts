import { globSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emitDeclarations, type Declarations } from "../src/declarations.ts";

const programs = join(import.meta.dirname, "../types");

/** The oldest TypeScript that is supported, the last in JavaScript, and the newest. */
const VERSIONS = ["typescript-5.5", "typescript-5.9", "typescript", "typescript-7"];

let declarations: Declarations;
beforeAll(async () => {
  declarations = await emitDeclarations();
}, 120_000);
afterAll(() => declarations[Symbol.asyncDispose]());

describe.each(VERSIONS)("under %s", (version) => {
  it("programs of the packages' users compile", { timeout: 120_000 }, async () => {
    expect(globSync(join(programs, "*.ts")).length).toBeGreaterThan(5);
    expect(await declarations.compile(version, [join(programs, "*.ts")], "--skipLibCheck")).toBe("");
  });

  it("what was once refused, or went through, stays mended in other settings", { timeout: 120_000 }, async () => {
    const flags = ["--exactOptionalPropertyTypes", "false", "--module", "nodenext", "--moduleResolution", "nodenext"];
    expect(await declarations.compile(version, [join(programs, "faults.ts")], "--skipLibCheck", ...flags)).toBe("");
  });
});
