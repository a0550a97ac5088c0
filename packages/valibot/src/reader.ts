import { MAX_ISSUES, MISFIT, type Checked, type SchemaReader, type StandardIssue } from "@ws-kit/core/schema";
import { getGlobalConfig } from "valibot";
import { tell } from "./issues.ts";
import { plainOf } from "./plain.ts";
import { view, type Dataset, type ValibotNode } from "./wire.ts";

/** How a server reads valibot's schemas. */
export const reader: SchemaReader = { plain: plainOf, validate, run, view: view };

/** As `schema["~standard"].validate`, with no issue after the first where the value is so large that there may be thousands. */
function validate(schema: ValibotNode, value: unknown): Checked<unknown> {
  const config = getGlobalConfig();
  const result = schema["~run"]({ value }, isLarge(value) ? { ...config, abortEarly: true } : config);
  return result instanceof Promise ? result.then(told) : told(result);
}

function run(schema: ValibotNode, value: unknown): unknown {
  const result = schema["~run"]({ value }, getGlobalConfig());
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new Error("It has to be waited for");
  }
  return result.issues === undefined ? result.value : MISFIT;
}

function told({ issues, value }: Dataset) {
  return issues === undefined ? { value } : { issues: tell(issues.slice(0, MAX_ISSUES) as StandardIssue[]) };
}

/** Values that hold more than this many others are checked up to the first issue. */
const LARGE = 1_000;

function isLarge(value: unknown): boolean {
  const left: unknown[] = [value];
  for (let seen = 0; left.length > 0; seen++) {
    const next = left.pop();
    if (typeof next !== "object" || next === null) continue;
    const inner: unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (seen + left.length + inner.length > LARGE) return true;
    for (const part of inner) if (typeof part === "object" && part !== null) left.push(part);
  }
  return false;
}
