import { assignOwn } from "./own.ts";
import { isA } from "./thrown.ts";

/** Causes of causes that are looked at. */
const MAX_CAUSES = 8;

/**
 * An error as an object that JSON can carry, of which an error itself keeps nothing: its name, text and stack, what else it has, and
 * its causes. Named as pino's serializer names them. What cannot be looked at is left out.
 */
export function plainError(error: Error, depth: number = MAX_CAUSES): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  const inside = (value: unknown): unknown => {
    if (!isA(value, Error)) return value;
    return depth > 0 ? plainError(value, depth - 1) : undefined;
  };
  const look = (key: string, value: () => unknown): void => {
    try {
      const found = value();
      if (found !== undefined) plain[key] = found;
    } catch {
      // It does not want to be seen.
    }
  };
  try {
    assignOwn(plain, error as never);
  } catch {
    // As above.
  }
  look("type", () => error.name);
  look("message", () => error.message);
  look("stack", () => error.stack);
  look("cause", () => inside(error.cause));
  look("errors", () => (isA(error, AggregateError) ? error.errors.map(inside) : undefined));
  return plain;
}
