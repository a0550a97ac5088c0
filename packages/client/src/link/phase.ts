// Nothing else is in this file, and so esbuild puts them where they are used.

/** Sending may dial. */
export const IDLE = 0;
/** A connection is wanted. */
export const ON = 1;
/** Only `connect()` leads back. */
export const OVER = 2;
