import { fingerprint } from "../base/fingerprint.ts";
import { checkContract, type Contract } from "./contract.ts";
import type { ToJsonSchema } from "./contract-json.ts";

/** What a schema says for its readers alone (JSON Schema, "meta-data" vocabulary): it changes nothing of what travels. */
const ANNOTATIONS = new Set(["title", "description", "examples", "deprecated", "$comment", "$schema"]);

/**
 * The fingerprint of a contract, by which the ends of a connection find out whether they mean the same: four characters for
 * its version, then for each part, in the order of their names. It is a constant in the contract, so that no converter is
 * in a page; a test holds it to what it should be.
 *
 * @param convert As of `contract.toJSON`.
 * @throws TypeError for a schema that cannot be converted.
 *
 * @example
 * test("the contract's fingerprint is its own", () => expect(Chat.fingerprint).toBe(fingerprintOf(Chat)));
 */
export function fingerprintOf(of: Contract, convert?: ToJsonSchema): string {
  checkContract("fingerprintOf()", of);
  const { version, messages, topics } = of.toJSON(convert);
  const parts = [...messages, ...topics].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return [{ version }, ...parts].map((part) => digest(bare(part))).join("");
}

/** 24 bits, as base64url. */
function digest(value: unknown): string {
  const [high = "0", low = "0"] = fingerprint(value).split("-");
  const bits = (parseInt(high, 16) ^ (parseInt(low, 16) >>> 8)) & 0xff_ffff;
  const text = btoa(String.fromCharCode(bits >>> 16, (bits >>> 8) & 255, bits & 255));
  return text.replaceAll("+", "-").replaceAll("/", "_");
}

function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  // A property may have such a name, and then it has a schema.
  const kept = Object.entries(value).filter(([key, inner]) => !ANNOTATIONS.has(key) || typeof inner === "object");
  return Object.fromEntries(kept.map(([key, inner]) => [key, bare(inner)]));
}
