import type { Readable, Writable } from "node:stream";

/** What the program reads from and writes to. */
export interface Io {
  readonly input: Readable;
  readonly output: Writable;
  readonly error: Writable;
  /** Somebody sits before it and can be asked. */
  readonly isInteractive: boolean;
  /** `npm_config_user_agent`: who started it. */
  readonly userAgent: string | undefined;
}
