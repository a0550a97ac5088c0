// Close codes, as in core's table, which a browser need not load for three of them; a test holds them to it.

/** What a side sees where no close frame came (RFC 6455 §7.4.1); never sent. */
export const ABNORMAL = 1006;
export const UNAUTHENTICATED = 4401;
export const TIMEOUT = 4408;
