import { MAX_ISSUES, type Checked, type SchemaReader } from "@ws-kit/core/schema";
import { config, util } from "zod/v4/core";
import { plainOf } from "./plain.ts";
import type { ZodNode, ZodPayload } from "./wire.ts";

/** How a server reads zod's schemas. */
export const reader: SchemaReader = { plain: plainOf, validate };

/** As `schema["~standard"].validate`, which makes the texts of all issues, thousands of them for a long list. */
function validate(schema: ZodNode, value: unknown): Checked<unknown> {
  try {
    const result = schema._zod.run({ value, issues: [] }, SYNC);
    if (!(result instanceof Promise)) return told(result, SYNC);
  } catch {
    // Zod says by throwing that a part has to be waited for.
  }
  return later(schema, value);
}

const SYNC = { async: false };
const ASYNC = { async: true };

async function later(schema: ZodNode, value: unknown) {
  return told(await schema._zod.run({ value, issues: [] }, ASYNC), ASYNC);
}

function told({ issues, value }: ZodPayload, ctx: typeof SYNC) {
  if (issues.length === 0) return { value };
  return {
    issues: issues.slice(0, MAX_ISSUES).map((issue) => util.finalizeIssue(issue as never, ctx as never, config())),
  };
}
