import { MAX_ISSUES, MISFIT, type Checked, type SchemaReader, type StandardIssue } from "@ws-kit/core/schema";
import { config, util } from "zod/v4/core";
import { plainOf } from "./plain.ts";
import { view, type ZodNode, type ZodPayload } from "./wire.ts";

/** How a server reads zod's schemas. */
export const reader: SchemaReader = {
  plain: plainOf,
  validate,
  run,
  view: view,
  jitless: () => config().jitless === true,
};

/** Schemas in which something had to be waited for: zod throws an error with a stack where such a one is run at once. */
const waits = new WeakSet<ZodNode>();

/** As `schema["~standard"].validate`, which makes the texts of all issues, thousands of them for a long list. */
function validate(schema: ZodNode, value: unknown): Checked<unknown> {
  if (!waits.has(schema)) {
    // One for each run: zod keeps in it what it has seen of the value so far, which a run that throws leaves half done.
    const ctx: Ctx = { async: false };
    try {
      const result = schema._zod.run({ value, issues: [] }, ctx);
      if (!(result instanceof Promise)) return told(result, ctx);
    } catch {
      // Zod says by throwing that a part has to be waited for.
    }
  }
  return later(schema, value);
}

function run(schema: ZodNode, value: unknown): unknown {
  const result = schema._zod.run({ value, issues: [] }, { async: false });
  if (result instanceof Promise) throw pending(result);
  return result.issues.length === 0 ? result.value : MISFIT;
}

function pending(result: Promise<unknown>): Error {
  result.catch(() => {});
  return new Error("It has to be waited for");
}

interface Ctx {
  readonly async: boolean;
}

function later(schema: ZodNode, value: unknown): Checked<unknown> {
  const ctx: Ctx = { async: true };
  try {
    const result = schema._zod.run({ value, issues: [] }, ctx);
    if (!(result instanceof Promise)) return told(result, ctx);
    waits.add(schema);
    return result.then((done) => told(done, ctx));
  } catch (error) {
    return Promise.reject(error);
  }
}

function told({ issues, value }: ZodPayload, ctx: Ctx) {
  if (issues.length === 0) return { value };
  const shown: StandardIssue[] = [];
  for (const issue of issues as Parameters<typeof util.finalizeIssue>[0][]) {
    shown.push(util.finalizeIssue(issue, ctx, config()));
    if (shown.length === MAX_ISSUES) break;
  }
  return { issues: shown };
}
