/** Where the library reports what no caller can be told. `console` fits, as do pino and winston. */
export interface Logger {
  debug(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

const sink: Logger = (globalThis as unknown as { console: Logger }).console;

/** The default: warnings and errors to the console, debug messages nowhere. */
export const consoleLogger: Logger = {
  debug: () => {},
  warn: (message, ...details) => sink.warn(`[ws-kit] ${message}`, ...details),
  error: (message, ...details) => sink.error(`[ws-kit] ${message}`, ...details),
};
