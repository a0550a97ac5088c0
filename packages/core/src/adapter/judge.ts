import type { Logger } from "../base/logger.ts";
import { isResponse } from "./refusal.ts";

/**
 * What `authenticate` has decided by what it returned: the record that lets in, the response to refuse with, 401, or 500
 * for what decides nothing, which the log explains.
 */
export function judge(
  logger: Logger,
  result: unknown,
): { readonly data: Readonly<Record<string, unknown>> } | Response | 401 | 500 {
  if (result === undefined || result === null || result === false) return 401;
  if (isRecord(result)) return { data: result };
  if (isResponse(result)) return result;
  logger.error(
    `authenticate returned ${nameOf(result)}: return a plain object to let the connection in, undefined, null or false to refuse it with 401, or a Response to refuse it with that`,
    ...(result instanceof Error ? [result] : []),
  );
  return 500;
}

/** What may become `ctx.data`: an instance of a class would lose its getters and methods by the copy. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What the log calls a value, which may be secret itself. */
export function nameOf(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const { constructor } = value as { constructor?: unknown };
  return typeof constructor === "function" && constructor.name !== ""
    ? `an instance of ${constructor.name}`
    : "an instance of a class";
}
