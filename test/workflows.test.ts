import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "..");

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}
interface Step {
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

function workflow(name: string): Workflow {
  return parse(readFileSync(join(root, `.github/workflows/${name}.yml`), "utf8"), { strict: true }) as Workflow;
}

test("a release is signed for, and published by the script that may refuse", () => {
  const { permissions, jobs } = workflow("release");
  expect(permissions).toMatchObject({ "id-token": "write" });
  const publishing = jobs["release"]?.steps.find((step) => step.with?.["publish"] !== undefined);
  expect(publishing?.env).toMatchObject({ NPM_CONFIG_PROVENANCE: "true" });
  expect(publishing?.with?.["publish"]).toMatch(/ run release$/);
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: { release: string } };
  expect(scripts.release).toMatch(/^node scripts\/check-release\.ts && /);
});

test("what CI runs is the one command", () => {
  const { permissions, jobs } = workflow("ci");
  expect(permissions).toEqual({ contents: "read" });
  expect(jobs["everything"]?.steps.map(({ run }) => run).filter(Boolean)).toEqual(["sudo -E bash .ci/run"]);
});
