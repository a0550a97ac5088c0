import type { Renew, Renewed } from "../state/lease.ts";
import type { Arrival, Entrance, PeerSource } from "./entrance.ts";
import { judge } from "./judge.ts";
import { isResponse } from "./refusal.ts";

/** @param url The query is left out: a token may be in it. */
export function arrivalOf(
  url: string,
  { request: _request, ...peer }: PeerSource,
  authenticate: Arrival["authenticate"],
): Arrival {
  const { origin, pathname } = new URL(url);
  return { url: origin + pathname, peer, authenticate };
}

/** What asks about the tokens of a connection; undefined where none is taken. */
export function renewerOf(data: object, entrance: Entrance): Renew | undefined {
  const arrival = entrance.arrivals?.get(data);
  return arrival && ((token) => renewBy(arrival, entrance, token));
}

/** Asks `authenticate` about a token that was brought over the open connection. Never rejects. */
async function renewBy(arrival: Arrival, entrance: Entrance, token: string): Promise<Renewed> {
  const { clock, limits, logger } = entrance;
  let timer: unknown;
  const late = new Promise<Renewed>((resolve) => {
    timer = clock.setTimeout(() => {
      logger.warn(`Deciding on a new token took over ${limits.authTimeoutMs} ms (limits.authTimeoutMs)`);
      resolve("failed");
    }, limits.authTimeoutMs);
  });
  const renewed = await Promise.race([decide(arrival, entrance, token), late]);
  clock.clearTimeout(timer);
  return renewed;
}

async function decide(arrival: Arrival, entrance: Entrance, token: string): Promise<Renewed> {
  try {
    const verdict = judge(entrance.logger, await ask(arrival, token));
    if (verdict === 500) return "failed";
    if (verdict === 401 || isResponse(verdict)) return "refused";
    // A copy, made where it may fail.
    return { data: { ...verdict.data } };
  } catch (error) {
    if (isResponse(error)) return "refused";
    entrance.failed(error);
    return "failed";
  }
}

/** The request that stands for the token: the same URL without its query, and no header but the one with the token. */
function ask({ url, peer, authenticate }: Arrival, token: string): unknown {
  const req = new Request(url, { headers: { authorization: `Bearer ${token}` } });
  const { renewed, ...who } = peer;
  // No answer goes out: headers that are set here lead nowhere.
  return authenticate(req, { ...who, request: renewed?.(req) ?? req, headers: new Headers() } as never);
}
