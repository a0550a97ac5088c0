import { MAX_ISSUES, MISFIT, type Checked, type SchemaReader, type StandardIssue } from "@ws-kit/core/schema";
import { $ZodAsyncError, config, util } from "zod/v4/core";
import { plainOf } from "./plain.ts";
import { modeOf, waits, type Mode } from "./waiting.ts";
import { view, type ZodNode, type ZodPayload } from "./wire.ts";

/** How a server reads zod's schemas. */
export const reader: SchemaReader = {
  plain: plainOf,
  validate,
  run,
  standard: validate,
  view: view,
  jitless: () => config().jitless === true,
};

/** As `schema["~standard"].validate`, which makes the texts of all issues, thousands of them for a long list. */
function validate(schema: ZodNode, value: unknown): Checked<unknown> {
  const mode = modeOf(schema);
  // One for each run: zod keeps in it what it has seen of the value so far.
  const ctx: Ctx = { async: mode };
  try {
    const result = schema._zod.run({ value, issues: [] }, ctx);
    if (!(result instanceof Promise)) return told(result, ctx);
    waits(schema);
    return toldLater(result, ctx, schema, value);
  } catch (error) {
    return failed(schema, value, mode, error);
  }
}

/** Apart from `validate`, which most schemas end at once. */
async function toldLater(result: Promise<ZodPayload>, ctx: Ctx, schema: ZodNode, value: unknown) {
  try {
    return told(await result, ctx);
  } catch (error) {
    return failed(schema, value, ctx.async, error);
  }
}

/** Zod says by throwing that a part has to be waited for. */
function failed(schema: ZodNode, value: unknown, mode: Mode, error: unknown): Checked<unknown> {
  if (mode === true || !(error instanceof $ZodAsyncError)) return Promise.reject(error);
  waits(schema);
  return validate(schema, value);
}

function run(schema: ZodNode, value: unknown): unknown {
  const result = schema._zod.run({ value, issues: [] }, { async: modeOf(schema) });
  if (result instanceof Promise) throw pending(result);
  return result.issues.length === 0 ? result.value : MISFIT;
}

function pending(result: Promise<unknown>): Error {
  result.catch(() => {});
  return new Error("It has to be waited for");
}

interface Ctx {
  readonly async: Mode;
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
