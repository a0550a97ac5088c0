import { type Contract, nameOfContract } from "./contract.ts";

/** Characters that stand for one part in a fingerprint: 24 bits, as base64url. */
const PART = 4;

/** What is not the same in a client's contract. */
export interface Difference {
  /** Parts that the client has otherwise or not at all, by the names of their constants. */
  readonly names: readonly string[];
  /** How many parts the client has that are not here, those that it has otherwise included. */
  readonly unknown: number;
}

/**
 * A fingerprint is four characters for the version, then as many for each part, in the order of their names.
 * @throws TypeError where it is missing, or is that of other parts.
 */
export function checkFingerprint(contract: Contract): void {
  const { fingerprint, parts } = contract;
  const writes = "fingerprintOf(contract) says it";
  if (!fingerprint) throw new TypeError(`${nameOfContract(contract)} has no fingerprint: ${writes}`);
  if (!/^[\w-]+$/.test(fingerprint) || fingerprint.length !== PART * (1 + Object.keys(parts).length)) {
    throw new TypeError(`The fingerprint of ${nameOfContract(contract)} is out of date: ${writes}`);
  }
}

/** What differs from a contract whose fingerprint this is; undefined where nothing does. */
export function differenceTo({ fingerprint = "", parts }: Contract, theirs: string): Difference | undefined {
  if (theirs === fingerprint) return undefined;
  const ours = cut(fingerprint);
  const others = cut(theirs);
  const names = Object.keys(parts).toSorted();
  const known = new Set(ours.slice(1));
  return {
    names: [
      ...(ours[0] === others[0] ? [] : ["its version"]),
      ...names.filter((_, index) => !others.includes(ours[index + 1] as string, 1)),
    ],
    unknown: others.slice(1).filter((print) => !known.has(print)).length,
  };
}

function cut(fingerprint: string): string[] {
  return fingerprint.match(/.{1,4}/g) ?? [];
}

/** The difference as one sentence, for both ends. */
export function describeDifference(contract: Contract, { names, unknown }: Difference): string {
  const more = unknown - names.length;
  const count = `${more} ${more === 1 ? "part" : "parts"} that the server does not have`;
  const differing = more > 0 ? [...names, count] : names;
  return `The client has another ${nameOfContract(contract)}: not the same are ${differing.join(", ")}`;
}
