import { consoleLogger } from "@ws-kit/core";
import type { MaybePromise } from "@ws-kit/core/extend";

type Guard = (req: Request) => MaybePromise<boolean>;

/** Names by which a machine calls itself. Another one, that a page somewhere had point here, is not among them (DNS rebinding). */
const LOOPBACK = /^(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Whether a request may be answered: the guard's word, or that it was sent to this machine by its own name. A page of another
 * origin may never ask, whatever the guard says.
 *
 * @returns why not.
 */
export async function turnedAway(req: Request, guard: Guard | undefined): Promise<string | undefined> {
  const { host } = new URL(req.url);
  const origin = req.headers.get("origin");
  if (origin !== null && hostOf(origin) !== host) return "This page answers no other origin";
  const site = req.headers.get("sec-fetch-site");
  const isNavigation = req.method === "GET" && req.headers.get("sec-fetch-mode") === "navigate";
  if (site !== null && site !== "same-origin" && site !== "none" && !isNavigation) {
    return "This page answers no other site";
  }
  if (guard !== undefined) return (await says(guard, req)) ? undefined : "The guard of devtools() says no";
  if (!LOOPBACK.test(host)) {
    return `This page answers localhost alone, and was asked as ${host}: the option guard of devtools() says who else may look`;
  }
  return undefined;
}

/** What is no boolean, a response say, is a mistake, and lets nobody in; so does a guard that fails. */
async function says(guard: Guard, req: Request): Promise<boolean> {
  try {
    const said: unknown = await guard(req);
    if (typeof said !== "boolean") {
      consoleLogger.error(
        `The guard of devtools() says true or false, and has said something of type ${typeof said}: nobody may look`,
      );
    }
    return said === true;
  } catch (error) {
    consoleLogger.error("The guard of devtools() has failed: nobody may look", error);
    return false;
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

const SECURITY = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

export function answer(body: string | null, type: string, status = 200, more: Record<string, string> = {}): Response {
  return new Response(body, { status, headers: { ...SECURITY, "content-type": `${type}; charset=utf-8`, ...more } });
}

export function answerJson(value: unknown): Response {
  return answer(JSON.stringify(value), "application/json");
}

/** Most bytes that a form may send. */
const MAX_BODY = 1_048_576;

/** What the page sent; undefined for what is no JSON, or says that it is something else. */
export async function bodyOf(req: Request): Promise<unknown> {
  if (req.headers.get("content-type") !== "application/json") return undefined;
  const text = await req.text();
  if (text.length > MAX_BODY) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
