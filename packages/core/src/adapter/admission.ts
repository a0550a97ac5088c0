import type { MaybePromise } from "../api/data.ts";
import type { UpgradeRefusalCause } from "../api/facts.ts";
import { checkOptions } from "../base/options.ts";
import { isPromise, when } from "../base/when.ts";
import { protocolChooser } from "./choose-protocol.ts";
import { spellAddress } from "./addresses.ts";
import { arrivalOf } from "./arrival.ts";
import type { AdmitSource, Arrival, Entrance, PeerSource } from "./entrance.ts";
import { wrongHandshake } from "./handshake.ts";
import { dropUnfit } from "./headers.ts";
import { isHost } from "./host.ts";
import { ownId } from "./own-id.ts";
import { judge, nameOf } from "./judge.ts";
import { originRule, type OriginRule } from "./origin.ts";
import { asSent, readForwarded } from "./proxy.ts";
import type { Claim } from "../resume/claims.ts";
import { isResponse, refuse, refuseWith, restarting } from "./refusal.ts";
import type { Slot } from "./slots.ts";
import type { Admission, AnyUpgradeOptions, Peer } from "./upgrade-options.ts";
import { checkLimit, UpgradeRate } from "./upgrade-rate.ts";
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
 * @throws TypeError or RangeError for an option that cannot be honoured.
 */
export function createAdmit(
  options: AnyUpgradeOptions,
  { renewedBy = options.authenticate, offWire = false }: AdmitSource = {},
): Admit {
  const {
    allowedOrigins,
    trustProxy,
    protocols,
    maxConnections,
    maxConnectionsPer,
    maxUpgradesPerSecond = 2_000,
  } = options;
  checkOptions("maxConnectionsPer", maxConnectionsPer, { key: "function", limit: "any" });
  checkLimit("maxUpgradesPerSecond", maxUpgradesPerSecond);
  const rate = new UpgradeRate(maxUpgradesPerSecond);
  checkLimit("maxConnections", maxConnections);
  if (maxConnectionsPer !== undefined) checkLimit("maxConnectionsPer.limit", maxConnectionsPer.limit ?? null);
  const rules: Rules = {
    options,
    origin: originRule(allowedOrigins),
    forwarded: trustProxy === undefined ? undefined : readForwarded(trustProxy),
    protocols: protocolChooser(protocols),
    renewedBy: renewedBy ?? undefined,
    counts: maxConnections !== undefined || maxConnectionsPer !== undefined,
  };
  return (entrance, req, peer, host = req.headers.get("host") ?? "") => {
    const told = (cause: UpgradeRefusalCause, refusal: Response): Response => {
      entrance.upgradeRefused(refusal.status, cause, req.url);
      return refusal;
    };
    const wrong = wrongHandshake(req, offWire);
    if (wrong !== undefined) return told(wrong.cause, wrong.response);
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
    // Who was here before is counted still.
    const claim = entrance.resume?.claimOf(req.headers.get("sec-websocket-protocol"));
    const counts = rules.counts && claim === undefined;
    const slot = counts ? entrance.slots.take(maxConnections ?? Infinity) : undefined;
    if (counts && slot === undefined) return told("maxConnections", refuse(503, ...TOO_MANY));
    return new Visit(rules, entrance, req, protocol, slot, claim).outcome(peer, host);
  };
}

const TOO_MANY = ["Too many connections", { "retry-after": "5" }] as const;
/** One upgrade request on its way in: what each step needs of those before it. */
class Visit {
  private readonly rules: Rules;
  private readonly entrance: Entrance;
  private slot: Slot | undefined;
  /** Which connection it says it was. */
  private readonly claim: Claim | undefined;
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
  /** What it was refused with since the application took too long: whatever it says later changes nothing. */
  private late: Response | undefined = undefined;

  constructor(
    rules: Rules,
    entrance: Entrance,
    req: UpgradeRequest,
    protocol: string | undefined,
    slot: Slot | undefined,
    claim: Claim | undefined,
  ) {
    this.rules = rules;
    this.entrance = entrance;
    this.req = req;
    this.protocol = protocol;
    this.slot = slot;
    this.claim = claim;
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
    if (asks || this.entrance.addresses !== undefined || forwarded !== undefined) {
      const { renewed, ...own } = source();
      const told = forwarded?.(this.req.headers, own.remoteAddress);
      if (told === "ambiguous") {
        this.cause = "forwarded";
        this.entrance.logger.warn(
          'Refused a request whose Forwarded cannot be read, or disagrees with X-Forwarded-For. To say which one the proxy writes: trustProxy: { proxies, header: "x-forwarded" }',
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
    return this.step(origin.passes(this.entrance, this.req, host, this.peer), (passes) =>
      passes === true ? this.count() : this.refused(403, "This origin may not connect"),
    );
  }

  private count(then = () => this.authenticate()): MaybePromise<Admission | Response> {
    this.cause = "maxConnectionsPer";
    const per = this.rules.options.maxConnectionsPer;
    if (per === undefined || this.slot === undefined) return then();
    const { slot } = this;
    return this.step<unknown>(per.key(webRequest(this.req), this.peer as never), (key) => {
      if (key === undefined) return then();
      if (typeof key !== "string" && typeof key !== "number") {
        throw new TypeError(`maxConnectionsPer.key gave ${nameOf(key)}: return a string, a number or undefined`);
      }
      if (this.entrance.slots.share(slot, String(key), per.limit)) return then();
      return this.refused(429, ...TOO_MANY);
    });
  }

  private authenticate(): MaybePromise<Admission | Response> {
    this.cause = "authenticate";
    const { authenticate } = this.rules.options;
    if (authenticate === undefined) return this.accept({});
    return this.step(authenticate(webRequest(this.req), this.peer as never), (result) => this.judge(result));
  }

  private step<T>(asked: MaybePromise<T>, next: (answer: T) => MaybePromise<Admission | Response>) {
    return when(asked, (answer) => this.late ?? next(answer));
  }

  private judge(result: unknown): MaybePromise<Admission | Response> {
    const verdict = judge(this.entrance.logger, result);
    if (verdict === 401) return this.refused(401, "Not authenticated");
    if (isResponse(verdict)) return refuseWith(verdict, this.entrance.logger);
    if (verdict !== 500) return this.accept(verdict.data);
    this.cause = "error";
    return this.refused(500, "Authentication failed");
  }

  private accept(given: Readonly<Record<string, unknown>>): MaybePromise<Admission | Response> {
    const own = given["clientId"];
    const clientId = typeof own === "string" && own !== "" ? own : ownId();
    const { headers } = this;
    if (headers !== undefined) dropUnfit(headers, this.entrance.logger);
    // A copy: two connections never share one object, whatever authenticate keeps.
    const data = { ...given, clientId };
    const { renewedBy } = this.rules;
    if (this.arrived !== undefined && renewedBy !== undefined)
      this.entrance.arrivals?.set(data, arrivalOf(this.req.url, this.arrived, renewedBy));
    this.entrance.addresses?.set(data, this.arrived?.remoteAddress);
    this.entrance.agreement?.look(this.req, data);
    const admission: Admission = {
      data,
      clientId,
      protocol: this.protocol,
      headers: headers?.keys().next().done === false ? headers : undefined,
    };
    const goesOn = this.entrance.resume?.look(data, given, this.claim) === true;
    return this.claim === undefined || goesOn ? admission : this.anew(admission);
  }

  /** It is not what it says it was: a new connection, which counts. */
  private anew(admission: Admission): MaybePromise<Admission | Response> {
    const { counts, options } = this.rules;
    if (!counts) return admission;
    this.slot = this.entrance.slots.take(options.maxConnections ?? Infinity);
    this.cause = "maxConnections";
    return this.slot === undefined ? this.refused(503, ...TOO_MANY) : this.count(() => admission);
  }

  /** A refusal of our own, with the headers that the application has set for the answer. */
  private refused(status: number, text: string, headers?: Record<string, string>): Response {
    const response = refuse(status, text, headers);
    if (this.headers !== undefined) dropUnfit(this.headers, this.entrance.logger);
    for (const [name, value] of this.headers ?? []) {
      if (name === "set-cookie") response.headers.append(name, value);
      else response.headers.set(name, value);
    }
    return response;
  }

  private thrown(error: unknown): MaybePromise<Response> {
    if (isResponse(error)) return refuseWith(error, this.entrance.logger);
    this.entrance.failed(error);
    this.cause = "error";
    return this.refused(500, "Authentication failed");
  }

  private async inTime(decided: PromiseLike<Admission | Response>): Promise<Admission | Response> {
    const { clock, logger, limits } = this.entrance;
    let timer: unknown;
    const late = new Promise<Response>((resolve) => {
      timer = clock.setTimeout(() => {
        logger.warn(`Deciding on an upgrade took over ${limits.authTimeoutMs} ms (limits.authTimeoutMs)`);
        this.late = this.refused(408, "Authentication took too long");
        resolve(this.late);
      }, limits.authTimeoutMs);
    });
    const outcome = await Promise.race([
      Promise.resolve(decided).then(undefined, (error: unknown) => this.thrown(error)),
      late,
    ]);
    clock.clearTimeout(timer);
    if (outcome === this.late) this.cause = "authTimeoutMs";
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
