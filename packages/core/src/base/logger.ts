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
  const call = (level: keyof Logger, message: string, details: readonly unknown[]): void => {
    try {
      if (fieldsFirst && details.length > 0) logger[level](fieldsOf(details) as never, message);
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

/**
 * Whether it is a logger like pino's, Fastify's or bunyan's, which takes an object of fields before the text and drops what
 * comes after it.
 */
function takesFieldsFirst(logger: object): boolean {
  const { child, bindings, addSerializers } = logger as Record<string, unknown>;
  return typeof child === "function" && (typeof bindings === "function" || typeof addSerializers === "function");
}

/** Its first error as `err`, the name under which such loggers look for a stack, the rest as `details`. */
function fieldsOf(details: readonly unknown[]): object {
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
