/** A host with a port perhaps, as a header gives it: what no part of another URL can hide in. */
const HOST = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\]\\,]+)(:\d{0,5})?$/i;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/**
 * Whether a `Host` names one host (RFC 9112 §3.2): not empty, not two, nothing beside the port, and in ASCII, as every name
 * travels (RFC 3986 §3.2.2): runtimes read other bytes each in its own way.
 */
export function isHost(host: string | null): host is string {
  return host !== null && !/[^!-~]/.test(host) && namesHost(host);
}

function namesHost(host: string): boolean {
  return HOST.test(host) && URL.canParse(`http://${host}`);
}

/**
 * Whether an Origin is of this host: port and spelling compared as for a URL of the Origin's scheme, so that a default port
 * may be written or not (RFC 9110 §4.2.3). Origins without a host of the web, like `null` and `file://`, are of none.
 */
export function isSameHost(origin: string, host: string): boolean {
  const url = webOrigin(origin);
  return url !== undefined && new URL(`${url.protocol}//${host}`).host === url.host;
}

/**
 * An Origin in one spelling: that of its URL, or as it is for the schemes of apps and extensions.
 * @returns undefined for what is no Origin: a pattern, a bare host, a URL with a path.
 */
export function canonicalOrigin(origin: string): string | undefined {
  if (origin === "null") return origin;
  if (/^https?:/i.test(origin)) return webOrigin(origin)?.origin;
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]*$/i.test(origin) ? origin.toLowerCase() : undefined;
}

function webOrigin(origin: string): URL | undefined {
  const host = /^https?:\/\/([^/]*)\/?$/i.exec(origin)?.[1];
  if (host === undefined || host.includes("*") || !namesHost(host)) return undefined;
  const url = new URL(origin);
  return DEFAULT_PORTS[url.protocol] === undefined ? undefined : url;
}
