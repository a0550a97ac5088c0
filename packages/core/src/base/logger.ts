import { plainError } from "./plain-error.ts";
import { isA } from "./thrown.ts";

/** Where the library reports what no caller can be told. `console` fits, as do pino, Fastify's, bunyan and winston. */
export interface Logger {
  debug(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

/**
 * A logger that never throws: it is called where nobody is left to catch that, and one that fails (a full disk, a value it
 * cannot print) must not take a connection with it.
 *
 * @throws TypeError for one that lacks a method.
 */
export function sureLogger(logger: Logger): Logger {
  if (SURE.has(logger)) return logger;
  for (const level of ["debug", "warn", "error"] as const) {
    if (typeof logger[level] !== "function")
      throw new TypeError(`logger has no function ${level}: console has all three`);
  }
  const fieldsFirst = takesFieldsFirst(logger);
  const oneEntry = takesOneEntry(logger);
  const call = (level: keyof Logger, message: string, details: readonly unknown[]): void => {
    try {
      if (details.length === 0) logger[level](message);
      else if (fieldsFirst) logger[level](fieldsOf(details) as never, message);
      else if (oneEntry) logger.log({ ...entryOf(details), level, message });
      else logger[level](message, ...details);
    } catch {
      // It has no other place to say so.
    }
  };
  const sure: Logger = {
    debug: (message, ...details) => call("debug", message, details),
    warn: (message, ...details) => call("warn", message, details),
    error: (message, ...details) => call("error", message, details),
  };
  SURE.add(sure);
  return sure;
}

/** Writes an object of fields at the level `info`, with a text for those that want one. */
export function infoOf<T extends object>(
  logger: { info(fields: T): void },
  textOf: (fields: T) => string,
): (fields: T) => void {
  if (!takesOneEntry(logger)) return (fields) => logger.info(fields);
  return (fields) => logger.log({ ...fields, level: "info", message: textOf(fields) });
}

/**
 * Whether it is a logger like pino's, Fastify's or bunyan's, which takes an object of fields before the text and drops what
 * comes after it.
 */
function takesFieldsFirst(logger: object): boolean {
  const { child, bindings, addSerializers } = logger as Record<string, unknown>;
  return typeof child === "function" && (typeof bindings === "function" || typeof addSerializers === "function");
}

/**
 * Whether it is a logger like winston's. What comes after the text it only takes where the text has no `%s`, says an error's text
 * twice, and leaves to JSON its cause: all of this it takes as one object.
 */
function takesOneEntry(logger: object): logger is { log(entry: object): void } {
  const { log, transports, isLevelEnabled } = logger as Record<string, unknown>;
  return typeof log === "function" && Array.isArray(transports) && typeof isLevelEnabled === "function";
}

/** As `fieldsOf`, with errors as plain objects, and the first one's stack where such loggers' formats look for it. */
function entryOf(details: readonly unknown[]): object {
  const { err, details: rest } = fieldsOf(details);
  const { stack, ...plain } = err === undefined ? {} : plainError(err);
  return {
    ...(err !== undefined && { stack, err: plain }),
    ...(rest && { details: rest.map((detail) => (isA(detail, Error) ? plainError(detail) : detail)) }),
  };
}

/** Its first error as `err`, the name under which such loggers look for a stack, the rest as `details`. */
function fieldsOf(details: readonly unknown[]): { err?: Error; details?: unknown[] } {
  const err = details.find((detail) => isA(detail, Error));
  const rest = details.filter((detail) => detail !== err);
  return { ...(err !== undefined && { err }), ...(rest.length > 0 && { details: rest }) };
}

const SURE = new WeakSet<Logger>();

const sink: Logger = (globalThis as unknown as { console: Logger }).console;

/** The default: warnings and errors to the console, debug messages nowhere. */
export const consoleLogger: Logger = {
  debug: () => {},
  warn: (message, ...details) => sink.warn(`[ws-kit] ${message}`, ...details),
  error: (message, ...details) => sink.error(`[ws-kit] ${message}`, ...details),
};
