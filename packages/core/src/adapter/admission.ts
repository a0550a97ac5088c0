import type { MaybePromise } from "../api/data.ts";
import type { UpgradeRefusalCause } from "../api/facts.ts";
import { checkOptions } from "../base/options.ts";
import { isPromise, when } from "../base/when.ts";
import { protocolChooser } from "./choose-protocol.ts";
import { isUpgrade } from "./endpoint.ts";
import { spellAddress } from "./addresses.ts";
import { arrivalOf } from "./arrival.ts";
import type { Arrival, Entrance, PeerSource } from "./entrance.ts";
import { isHost } from "./host.ts";
import { judge, nameOf } from "./judge.ts";
import { originRule, type OriginRule } from "./origin.ts";
import { readForwarded } from "./proxy.ts";
import { isResponse, refuse, refuseWith } from "./refusal.ts";
import type { Slot } from "./slots.ts";
import type { Admission, AnyUpgradeOptions, Peer } from "./upgrade-options.ts";
import { UpgradeRate } from "./upgrade-rate.ts";
import { webRequest, type UpgradeRequest } from "./upgrade-request.ts";

/**
 * Decides on an upgrade request: the connection's data, or the response that refuses it. Never throws, and never rejects.
 *
 * @param peer Called once, where something asks for it.
 * @param host The `Host` that the request went to, where its header does not say.
 */
export type Admit = (
  entrance: Entrance,
  req: UpgradeRequest,
  peer: () => PeerSource,
  host?: string,
) => MaybePromise<Admission | Response>;

/** The handshake's own, which nobody else may write. */
const OF_HANDSHAKE = /^(sec-websocket-.*|connection|upgrade|content-length|transfer-encoding)$/;

/** The options, read once. */
interface Rules {
  readonly options: AnyUpgradeOptions;
  readonly origin: OriginRule;
  readonly forwarded: ReturnType<typeof readForwarded> | undefined;
  readonly protocols: ReturnType<typeof protocolChooser>;
  readonly renewedBy: Arrival["authenticate"] | undefined;
  readonly counts: boolean;
}

/**
 * Reads the options of an endpoint and makes what decides on its upgrades.
 * @param renewedBy Decides on tokens that are brought over open connections. Default: the options' `authenticate`.
 * @throws TypeError or RangeError for an option that cannot be honoured.
 */
export function createAdmit(
  options: AnyUpgradeOptions,
  { renewedBy }: { readonly renewedBy?: Arrival["authenticate"] | undefined } = { renewedBy: options.authenticate },
): Admit {
  const { allowedOrigins, trustProxy, protocols, maxConnections, maxConnectionsPer } = options;
  checkOptions("maxConnectionsPer", maxConnectionsPer, { key: "function", limit: "any" });
  const { maxUpgradesPerSecond = 2_000 } = options;
  checkLimit("maxUpgradesPerSecond", maxUpgradesPerSecond);
  const rate = new UpgradeRate(maxUpgradesPerSecond);
  checkLimit("maxConnections", maxConnections);
  checkLimit("maxConnectionsPer.limit", maxConnectionsPer?.limit);
  const rules: Rules = {
    options,
    origin: originRule(allowedOrigins),
    forwarded: trustProxy === undefined ? undefined : readForwarded(trustProxy),
    protocols: protocolChooser(protocols),
    renewedBy,
    counts: maxConnections !== undefined || maxConnectionsPer !== undefined,
  };
  return (entrance, req, peer, host = req.headers.get("host") ?? "") => {
    const told = (cause: UpgradeRefusalCause, refusal: Response): Response => {
      entrance.upgradeRefused(refusal.status, cause, req.url);
      return refusal;
    };
    if (!isUpgrade(req.headers.get("upgrade"))) {
      const headers = { connection: "Upgrade", upgrade: "websocket" };
      return told("request", refuse(426, "This is a WebSocket endpoint", headers));
    }
    if (!isHost(host)) return told("request", refuse(400, "Bad request"));
    if (entrance.draining) return told("draining", restarting());
    if (!rate.takes(entrance.clock.monotonic())) {
      const seconds = String(1 + Math.floor(Math.random() * 5));
      return told("maxUpgradesPerSecond", refuse(503, "Too many connections at once", { "retry-after": seconds }));
    }
    const { protocol, refusal } = rules.protocols(req, entrance.codec);
    if (refusal !== undefined) {
      // A browser tells its page nothing of it.
      entrance.logger.warn(`Refused a client of another codec: ${refusal}`);
      return told("codec", refuse(400, refusal));
    }
    const slot = rules.counts ? entrance.slots.take(maxConnections ?? Infinity) : undefined;
    if (rules.counts && slot === undefined) {
      return told("maxConnections", refuse(503, "Too many connections", { "retry-after": "5" }));
    }
    return new Visit(rules, entrance, req, protocol, slot).outcome(peer, host);
  };
}

function checkLimit(name: string, value: unknown): void {
  if (value === undefined || (typeof value === "number" && value >= 0)) return;
  throw new RangeError(`${name} must be a number from 0 up, not ${JSON.stringify(value)}`);
}

function restarting(): Response {
  return refuse(503, "The server restarts", { "retry-after": "1" });
}

/** One upgrade request on its way in: what each step needs of those before it. */
class Visit {
  private readonly rules: Rules;
  private readonly entrance: Entrance;
  private readonly slot: Slot | undefined;
  /** As the client sent it, where proxies are trusted. */
  private req: UpgradeRequest;
  private readonly protocol: string | undefined;
  /** What the application has set for the answer; undefined where it is not asked. */
  private headers: Headers | undefined = undefined;
  private peer: Peer | undefined = undefined;
  /** The same as it is kept. */
  private arrived: PeerSource | undefined = undefined;
  /** What decides, should it be refused now. */
  private cause: UpgradeRefusalCause = "allowedOrigins";

  constructor(
    rules: Rules,
    entrance: Entrance,
    req: UpgradeRequest,
    protocol: string | undefined,
    slot: Slot | undefined,
  ) {
    this.rules = rules;
    this.entrance = entrance;
    this.req = req;
    this.protocol = protocol;
    this.slot = slot;
  }

  /** Everything that the application is asked shares one time limit, and what fails refuses. */
  outcome(source: () => PeerSource, host: string): MaybePromise<Admission | Response> {
    try {
      const decided = this.decide(source, host);
      return isPromise(decided) ? this.inTime(decided) : this.conclude(decided);
    } catch (error) {
      const refusal = this.thrown(error);
      return isPromise(refusal) ? this.inTime(refusal) : this.conclude(refusal);
    }
  }

  private decide(source: () => PeerSource, socketHost: string): MaybePromise<Admission | Response> {
    const { origin, forwarded, options } = this.rules;
    let host = socketHost;
    const asks = origin.asks || options.authenticate !== undefined || options.maxConnectionsPer !== undefined;
    if (asks || forwarded !== undefined) {
      const { renewed, ...own } = source();
      const told = forwarded?.(this.req.headers, own.remoteAddress);
      if (told === "ambiguous") {
        this.cause = "forwarded";
        this.entrance.logger.warn(
          'Refused a request whose Forwarded and X-Forwarded-For disagree. To say which one the proxy writes: trustProxy: { proxies, header: "x-forwarded" }',
        );
        return refuse(400, "Bad request");
      }
      if (told?.host !== undefined || told?.scheme !== undefined) {
        host = told.host ?? host;
        this.req = asSent(webRequest(this.req), host, told.scheme);
      }
      const remoteAddress = told === undefined ? own.remoteAddress : told.remoteAddress;
      const who = { ...own, remoteAddress: remoteAddress && (spellAddress(remoteAddress) ?? remoteAddress) };
      this.headers = new Headers();
      this.peer = { ...who, headers: this.headers };
      this.arrived = { ...who, ...(renewed !== undefined && { renewed }) };
    }
    return when(origin.passes(this.entrance, this.req, host, this.peer), (passes) =>
      passes === true ? this.count() : this.refused(403, "This origin may not connect"),
    );
  }

  private count(): MaybePromise<Admission | Response> {
    this.cause = "maxConnectionsPer";
    const per = this.rules.options.maxConnectionsPer;
    if (per === undefined || this.slot === undefined) return this.authenticate();
    const { slot } = this;
    return when(per.key(webRequest(this.req), this.peer as never) as unknown, (key) => {
      if (key === undefined) return this.authenticate();
      if (typeof key !== "string" && typeof key !== "number") {
        throw new TypeError(`maxConnectionsPer.key gave ${nameOf(key)}: return a string, a number or undefined`);
      }
      if (this.entrance.slots.share(slot, String(key), per.limit)) return this.authenticate();
      return this.refused(429, "Too many connections", { "retry-after": "5" });
    });
  }

  private authenticate(): MaybePromise<Admission | Response> {
    this.cause = "authenticate";
    const { authenticate } = this.rules.options;
    if (authenticate === undefined) return this.accept({});
    return when(authenticate(webRequest(this.req), this.peer as never), (result) => this.judge(result));
  }

  private judge(result: unknown): MaybePromise<Admission | Response> {
    const verdict = judge(this.entrance.logger, result);
    if (verdict === 401) return this.refused(401, "Not authenticated");
    if (isResponse(verdict)) return refuseWith(verdict);
    if (verdict !== 500) return this.accept(verdict.data);
    this.cause = "error";
    return this.refused(500, "Authentication failed");
  }

  private accept(given: Readonly<Record<string, unknown>>): Admission {
    const own = given["clientId"];
    const clientId = typeof own === "string" && own !== "" ? own : ownId();
    const { headers } = this;
    for (const name of [...(headers?.keys() ?? [])].filter((key) => OF_HANDSHAKE.test(key))) {
      this.entrance.logger.warn(`peer.headers cannot set ${name}, which is the handshake's own`);
      headers?.delete(name);
    }
    // A copy: two connections never share one object, whatever authenticate keeps.
    const data = { ...given, clientId };
    const { renewedBy } = this.rules;
    if (this.arrived !== undefined && renewedBy !== undefined)
      this.entrance.arrivals?.set(data, arrivalOf(this.req.url, this.arrived, renewedBy));
    this.entrance.agreement?.look(this.req, data);
    return {
      data,
      clientId,
      protocol: this.protocol,
      headers: headers?.keys().next().done === false ? headers : undefined,
    };
  }

  /** A refusal of our own, with the headers that the application has set for the answer. */
  private refused(status: number, text: string, headers?: Record<string, string>): Response {
    const response = refuse(status, text, headers);
    for (const [name, value] of this.headers ?? []) {
      if (name === "set-cookie") response.headers.append(name, value);
      else if (!OF_HANDSHAKE.test(name)) response.headers.set(name, value);
    }
    return response;
  }

  private thrown(error: unknown): MaybePromise<Response> {
    if (isResponse(error)) return refuseWith(error);
    this.entrance.failed(error);
    this.cause = "error";
    return this.refused(500, "Authentication failed");
  }

  private async inTime(decided: PromiseLike<Admission | Response>): Promise<Admission | Response> {
    const { clock, logger, limits } = this.entrance;
    let timer: unknown;
    let refusal: Response | undefined;
    const late = new Promise<Response>((resolve) => {
      timer = clock.setTimeout(() => {
        logger.warn(`Deciding on an upgrade took over ${limits.authTimeoutMs} ms (limits.authTimeoutMs)`);
        refusal = this.refused(408, "Authentication took too long");
        resolve(refusal);
      }, limits.authTimeoutMs);
    });
    const outcome = await Promise.race([
      Promise.resolve(decided).then(undefined, (error: unknown) => this.thrown(error)),
      late,
    ]);
    clock.clearTimeout(timer);
    if (outcome === refusal) this.cause = "authTimeoutMs";
    return this.conclude(outcome);
  }

  /** Once for each visit, with what came of it. */
  private conclude(decided: Admission | Response): Admission | Response {
    const { slot, entrance } = this;
    let outcome = decided;
    // It may have begun to drain while authenticate ran.
    if (entrance.draining && !isResponse(decided)) {
      this.cause = "draining";
      outcome = restarting();
    }
    if (isResponse(outcome)) entrance.upgradeRefused(outcome.status, this.cause, this.req.url);
    if (slot === undefined) return outcome;
    if (isResponse(outcome)) entrance.slots.give(slot);
    else entrance.slots.hold(slot, outcome.data);
    return outcome;
  }
}

/**
 * A UUID (RFC 9562 §5.4) in one piece: what Node gives is the rope of twenty parts that it was put together from, and would be
 * kept as that.
 */
function ownId(): string {
  return JSON.parse(JSON.stringify(crypto.randomUUID())) as string;
}

/** The request as it was before proxies, to a host and by a scheme that they have told. */
function asSent(req: Request, host: string, scheme: string | undefined): Request {
  const { pathname, search, protocol } = new URL(req.url);
  const headers = new Headers(req.headers);
  headers.set("host", host);
  const secure = scheme === undefined ? protocol === "https:" : /^(https|wss)$/i.test(scheme);
  return new Request(`${secure ? "https" : "http"}://${host}${pathname}${search}`, { headers, signal: req.signal });
}
