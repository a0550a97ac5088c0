import { parseCookie } from "cookie";

/**
 * The cookies of a request, by name, their values decoded (RFC 6265 §5.4). Any client can write them: what they say counts
 * only where it is signed, or the key of something that the server keeps.
 *
 * @example
 * authenticate: (req) => sessions.find(cookies(req)["session"]),
 */
export function cookies(req: Request): Readonly<Record<string, string | undefined>> {
  return parseCookie(req.headers.get("cookie") ?? "");
}
