// Close codes, as in core's table, which a browser need not load for four of them; a test holds them to it.

export const NORMAL = 1000;
/** What a side sees where no close frame came (RFC 6455 §7.4.1); never sent. */
export const ABNORMAL = 1006;
export const BAD_REQUEST = 4400;
export const UNAUTHENTICATED = 4401;
export const TIMEOUT = 4408;

/** Browsers let a page close with this one and those from 3000 to 4999; in the place of any other goes 1000. */
export function fitCode(code: number): number {
  return code >= 3000 && code < 5000 ? code : NORMAL;
}
