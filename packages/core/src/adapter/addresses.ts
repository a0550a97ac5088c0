import { aKind } from "../base/options.ts";

/** An IP address as its bytes: 4 or 16 of them. An IPv4 address that came over IPv6 (RFC 4291 §2.5.5.2) is one of 4. */
export type Address = readonly number[];

/** A network: every address that begins like this one. */
interface Network {
  readonly base: Address;
  readonly bits: number;
}

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"],
};

export function parseAddress(text: string): Address | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const bytes = text.split(".").map(Number);
    return bytes.every((byte) => byte < 256) ? bytes : undefined;
  }
  // A zone names the link, and nothing of the peer.
  const [plain = ""] = text.split("%", 1);
  if (!/^[\d.:a-f]*:[\d.:a-f]*$/i.test(plain) || !URL.canParse(`http://[${plain}]`)) return undefined;
  // The URL's own spelling has no dots and at most one gap.
  const [head = "", tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split("::");
  const [before, after] = [groups(head), groups(tail ?? "")];
  const gap = tail === undefined ? [] : Array<number>(8 - before.length - after.length).fill(0);
  const bytes = [...before, ...gap, ...after].flatMap((group) => [group >> 8, group & 255]);
  const mapped = bytes.slice(0, 12).every((byte, i) => byte === (i < 10 ? 0 : 255));
  return mapped ? bytes.slice(12) : bytes;
}

function groups(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
}

/** One spelling for each address, so that it may be compared and counted. Undefined for what is none. */
export function spellAddress(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  return address.length === 4 ? address.join(".") : new URL(`http://[${text.split("%", 1)[0]}]`).hostname.slice(1, -1);
}

/**
 * Whether an address is one of a list's.
 * @throws TypeError, when the list is read, for what is neither address nor network.
 */
export function matcher(list: readonly string[]): (address: string) => boolean {
  const networks = list
    .flatMap((entry) => (Object.hasOwn(NAMED, entry) ? (NAMED[entry] ?? []) : [entry]))
    .map(parseNetwork);
  return (text) => {
    const address = parseAddress(text);
    return address !== undefined && networks.some((network) => contains(network, address));
  };
}

function parseNetwork(entry: string): Network {
  if (typeof entry !== "string")
    throw new TypeError(`trustProxy: a proxy is a text like 10.0.0.0/8, not ${aKind(entry)}`);
  const [text = "", length, more] = entry.split("/");
  const base = parseAddress(text);
  const bits = length === undefined ? (base?.length ?? 0) * 8 : Number(length);
  if (
    base === undefined ||
    !/^\d*$/.test(length ?? "") ||
    length === "" ||
    more !== undefined ||
    bits > base.length * 8
  ) {
    throw new TypeError(`trustProxy: ${JSON.stringify(entry)} is neither an address nor a network like 10.0.0.0/8`);
  }
  return { base, bits };
}

function contains({ base, bits }: Network, address: Address): boolean {
  if (address.length !== base.length) return false;
  return base.every((byte, i) => {
    const mask = (0xff00 >> Math.min(8, Math.max(0, bits - i * 8))) & 255;
    return (byte & mask) === ((address[i] ?? 0) & mask);
  });
}
