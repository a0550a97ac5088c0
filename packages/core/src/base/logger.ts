/** Where the library reports what no caller can be told. `console` fits, as do pino and winston. */
export interface Logger {
  debug(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

/**
 * A logger that never throws: it is called where nobody is left to catch that, and one that fails (a full disk, a value it
 * cannot print) must not take a connection with it.
 */
export function sureLogger(logger: Logger): Logger {
  if (SURE.has(logger)) return logger;
  const call = (level: keyof Logger, message: string, details: readonly unknown[]): void => {
    try {
      logger[level](message, ...details);
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

const SURE = new WeakSet<Logger>();

const sink: Logger = (globalThis as unknown as { console: Logger }).console;

/** The default: warnings and errors to the console, debug messages nowhere. */
export const consoleLogger: Logger = {
  debug: () => {},
  warn: (message, ...details) => sink.warn(`[ws-kit] ${message}`, ...details),
  error: (message, ...details) => sink.error(`[ws-kit] ${message}`, ...details),
};
