import { type Contract, handledParts, nameOfContract } from "../message/contract.ts";
import { messagesOf, type RouteSource } from "./routes.ts";

/** The types of a contract that clients may send and nothing handles. A mount's prefix counts as part of none. */
export function unhandled(source: RouteSource, contract: Contract): string[] {
  const handled = new Set(messagesOf(source).map(({ definition }) => definition.type));
  return handledParts(contract).flatMap(([, { type }]) => (handled.has(type) ? [] : [type]));
}

/** @throws Error that names them. */
export function checkProvided(source: RouteSource, contract: Contract): void {
  const missing = unhandled(source, contract);
  if (missing.length === 0) return;
  throw new Error(`${nameOfContract(contract)}: nothing handles ${missing.join(", ")}`);
}
