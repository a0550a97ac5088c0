import { matcher, spellAddress } from "./addresses.ts";
import { isHost } from "./host.ts";
import { checkOptions } from "../base/options.ts";
import type { TrustProxy } from "./upgrade-options.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";

/** Where a request came from and went to, as far as trusted proxies say. */
export interface Forwarded {
  readonly remoteAddress: string | undefined;
  readonly host: string | undefined;
  readonly scheme: string | undefined;
}

/** What one kind of header says, each list as it was sent: the proxy nearest to us last. */
interface Trail {
  readonly addresses: readonly string[];
  readonly hosts: readonly string[];
  readonly schemes: readonly string[];
  /** The lists say in one place what one proxy has seen; an empty text is nothing of that. */
  readonly isAligned: boolean;
}

type SentHeaders = UpgradeRequest["headers"];

type Read = (headers: SentHeaders, socketAddress: string | undefined) => Forwarded | "ambiguous";

/**
 * Makes the function that reads what proxies wrote.
 * @throws TypeError for a number of proxies that is none, and for a list with something else than addresses.
 */
export function readForwarded(trust: TrustProxy): Read {
  const { proxies, header } = told(trust);
  const trusts = trustOf(proxies);

  function follow(trail: Trail, socketAddress: string | undefined): Forwarded {
    // The socket's own address first, then backwards from proxy to proxy.
    const path = [socketAddress, ...trail.addresses.toReversed()];
    let passed = 0;
    while (passed < path.length - 1 && trusts(path[passed], passed)) passed += 1;
    // A host belongs to the outermost of the trusted proxies; one that replaces what it was sent leaves only its own.
    const proxiesPassed = trusts(socketAddress, 0) ? Math.max(1, passed) : 0;
    const outermost = (values: readonly string[]) => {
      const trusted = proxiesPassed === 0 ? [] : values.slice(-proxiesPassed);
      return trail.isAligned ? trusted.find(Boolean) : trusted[0];
    };
    const address = path[passed];
    return {
      remoteAddress: address === undefined ? undefined : spellAddress(address),
      host: outermost(trail.hosts),
      scheme: outermost(trail.schemes),
    };
  }

  return (headers, socketAddress) => {
    const read = () => {
      const trail = forwardedTrail(headers);
      return trail === undefined ? "ambiguous" : follow(trail, socketAddress);
    };
    if (header === "forwarded") return read();
    const common = follow(xForwardedTrail(headers), socketAddress);
    if (header === "x-forwarded" || !headers.has("forwarded")) return common;
    const standard = read();
    if (standard === "ambiguous" || !headers.has("x-forwarded-for")) return standard;
    // One of the two may be the client's own.
    return standard.remoteAddress === common.remoteAddress ? common : "ambiguous";
  };
}

function told(trust: TrustProxy): {
  proxies: number | readonly string[];
  header: "x-forwarded" | "forwarded" | undefined;
} {
  if (typeof trust === "number" || Array.isArray(trust)) return { proxies: trust as number, header: undefined };
  checkOptions("trustProxy", trust ?? null, { proxies: "number|array", header: '"x-forwarded"|"forwarded"' });
  const { proxies, header } = trust as Partial<Exclude<TrustProxy, number | readonly string[]>>;
  if (proxies === undefined) throw new TypeError("trustProxy needs { proxies }: how many, or which");
  return { proxies, header };
}

function trustOf(proxies: number | readonly string[]): (address: string | undefined, passed: number) => boolean {
  if (Array.isArray(proxies)) {
    const matches = matcher(proxies as readonly string[]);
    return (address) => address !== undefined && matches(address);
  }
  if (!Number.isInteger(proxies) || (proxies as number) < 0) {
    throw new TypeError(`trustProxy is a number of proxies or a list of their addresses, not ${String(proxies)}`);
  }
  return (_address, passed) => passed < (proxies as number);
}

function xForwardedTrail(headers: SentHeaders): Trail {
  return {
    addresses: list(headers.get("x-forwarded-for")).map(bare),
    hosts: list(headers.get("x-forwarded-host")).filter(isHost),
    schemes: list(headers.get("x-forwarded-proto")),
    isAligned: false,
  };
}

/** One pair of an element, or none, with what ends it. Whitespace, and the signs of an address without quotes, are let pass. */
const PAIR =
  /[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[\t !#-[\]-~\u0080-\u00ff]|\\[\t -~\u0080-\u00ff])*)"|([!#$%&'*+.^_`|~\w:[\]-]+)))?[ \t]*([;,]|$)/y;

/**
 * `for=192.0.2.60;proto=https;host=a.example, for="[2001:db8::1]:4711"` (RFC 7239 §4). Undefined for what is not that as a
 * whole: a proxy may have added its own to a quote that the client has left open.
 */
function forwardedTrail(headers: SentHeaders): Trail | undefined {
  const text = headers.get("forwarded") ?? "";
  const elements: Map<string, string>[] = [];
  let element = new Map<string, string>();
  PAIR.lastIndex = 0;
  for (let end: string | undefined; end !== "";) {
    const found = PAIR.exec(text);
    if (found === null) return undefined;
    const name = found[1]?.toLowerCase();
    if (name !== undefined) {
      if (element.has(name)) return undefined;
      element.set(name, (found[2] ?? found[3] ?? "").replaceAll(/\\(.)/g, "$1"));
    }
    end = found[4] ?? "";
    if (end !== ";") {
      if (element.size > 0) elements.push(element);
      element = new Map();
    }
  }
  const values = (name: string) => elements.map((each) => each.get(name) ?? "");
  return {
    addresses: values("for").map(bare),
    hosts: values("host").map((host) => (isHost(host) ? host : "")),
    schemes: values("proto"),
    isAligned: true,
  };
}

/** Without the elements that are empty (RFC 9110 §5.6.1). */
function list(header: string | null): string[] {
  return (header ?? "")
    .split(",")
    .map((value) => value.trim())
    .filter(Boolean);
}

/** Without the port that some proxies add, or what they call it (RFC 7239 §6.2). */
function bare(address: string): string {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\]|([\d.]+))(?::(?:\d+|_[\w.-]+))?$/.exec(address) ?? [];
  return bracketed ?? dotted ?? address;
}

/** The request as it was before proxies, to a host and by a scheme that they have told. */
export function asSent(req: Request, host: string, scheme: string | undefined): Request {
  const { pathname, search, protocol } = new URL(req.url);
  const headers = new Headers(req.headers);
  headers.set("host", host);
  const secure = scheme === undefined ? protocol === "https:" : /^(https|wss)$/i.test(scheme);
  return new Request(`${secure ? "https" : "http"}://${host}${pathname}${search}`, { headers, signal: req.signal });
}
