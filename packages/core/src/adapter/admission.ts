import type { Listener } from "../state/connection.ts";
import type { ConnectionData, MaybePromise, OpenData } from "../api/data.ts";
import { isA } from "../base/thrown.ts";
import { isPromise } from "../base/when.ts";
import { guarded, report } from "../sending/report.ts";

/** What `authenticate` gives: the connection's data. `clientId` may be left out; the framework then assigns a UUID. */
export type AuthenticatedData<Data> = Omit<Data, "clientId"> & { clientId?: string };

/** Who may connect; the same on every adapter. */
export interface UpgradeOptions<Data = OpenData> {
  /**
   * Decides on a connection from its upgrade request. An object becomes `ctx.data` (a copy of it); `undefined`, `null`
   * or `false` refuse with 401; a thrown `Response` refuses with that response. Left out: everyone may connect.
   */
  authenticate?: (req: Request) => MaybePromise<AuthenticatedData<Data> | undefined | null | false>;
  /**
   * Origins (RFC 6454) that may connect: full ones like `https://app.example.com`, `"*"` for all, or a function. Default:
   * the host that the request went to. A request without Origin does not come from a browser and is let through.
   */
  allowedOrigins?: "*" | readonly string[] | ((origin: string, req: Request) => boolean);
}

/** `UpgradeOptions` of whatever data. */
export type AnyUpgradeOptions = Pick<UpgradeOptions, "allowedOrigins"> & { authenticate?: (req: Request) => unknown };

/** A connection that may open. */
export interface Admission {
  readonly data: ConnectionData<Record<string, unknown>>;
  readonly clientId: string;
}

/** Decides on an upgrade request: the connection's data, or the response that refuses it. Never throws. */
export function admit(hub: Listener, req: Request, options: AnyUpgradeOptions): MaybePromise<Admission | Response> {
  if (req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return refuse(426, "This is a WebSocket endpoint", { connection: "Upgrade", upgrade: "websocket" });
  }
  if (hub.draining) return refuse(503, "The server restarts", { "retry-after": "1" });
  const refusal = checkOrigin(hub, req, options.allowedOrigins);
  if (refusal !== undefined) return refusal;
  if (options.authenticate === undefined) return accept({});
  try {
    const result = options.authenticate(req);
    return isPromise(result) ? inTime(hub, Promise.resolve(result)) : decide(result);
  } catch (error) {
    return thrown(hub, error);
  }
}

function decide(result: unknown): Admission | Response {
  if (typeof result === "object" && result !== null) return accept(result as Record<string, unknown>);
  return refuse(401, "Not authenticated");
}

function accept(given: Record<string, unknown>): Admission {
  const own = given["clientId"];
  const clientId = typeof own === "string" && own !== "" ? own : crypto.randomUUID();
  // A copy: two connections never share one object, whatever authenticate keeps.
  return { data: { ...given, clientId }, clientId };
}

async function inTime(hub: Listener, result: Promise<unknown>): Promise<Admission | Response> {
  const { authTimeoutMs } = hub.limits;
  let timer: unknown;
  const late = new Promise<Response>((resolve) => {
    timer = hub.clock.setTimeout(() => {
      hub.logger.warn(`authenticate took over ${authTimeoutMs} ms (limits.authTimeoutMs)`);
      resolve(refuse(408, "Authentication took too long"));
    }, authTimeoutMs);
  });
  const decided = result.then(decide, (error: unknown) => thrown(hub, error));
  const outcome = await Promise.race([decided, late]);
  hub.clock.clearTimeout(timer);
  return outcome;
}

function thrown(hub: Listener, error: unknown): Response {
  if (isA(error, Response)) return error;
  report(hub, error, undefined);
  return refuse(500, "Authentication failed");
}

function checkOrigin(hub: Listener, req: Request, allowed: UpgradeOptions["allowedOrigins"]): Response | undefined {
  const origin = req.headers.get("origin");
  if (origin === null || allowed === "*") return undefined;
  let passes = false;
  if (typeof allowed === "function") guarded(hub, () => void (passes = allowed(origin, req)));
  else if (allowed === undefined) passes = hostOf(origin) === (req.headers.get("host") ?? new URL(req.url).host);
  else passes = allowed.includes(origin);
  if (passes) return undefined;
  hub.logger.warn(
    `Refused a connection from ${JSON.stringify(origin)}. To allow it: allowedOrigins: [${JSON.stringify(origin)}]`,
  );
  return refuse(403, "This origin may not connect");
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function refuse(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
}
