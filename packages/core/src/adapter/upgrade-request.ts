/**
 * An upgrade request as far as WS-Kit itself reads it. A `Request` is one; a runtime that has another form of its own need
 * not make one until the application is asked.
 */
export interface UpgradeRequest {
  /** In the spelling of the URL standard, as `Request` has it. */
  readonly url: string;
  readonly method: string;
  /** Several lines of one name are one value, joined by a comma (RFC 9110 §5.3). */
  readonly headers: Pick<Headers, "get" | "has">;
  /** What the application is given, the same at each call. Left out where it is a `Request` already. */
  readonly toRequest?: () => Request;
}

/** The request as the application gets it. */
export function webRequest(req: UpgradeRequest): Request {
  return req.toRequest === undefined ? (req as Request) : req.toRequest();
}
