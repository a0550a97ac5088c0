import type { Contract } from "../message/contract.ts";
import { checkProvided } from "../router/provided.ts";
import { coreOf, type Router } from "../router/router.ts";

/** @throws Error that names what clients may send of the contract and the router does not handle. */
export function checkContract<Data>(router: Router<Data>, contract: Contract): void {
  checkProvided(coreOf(router), contract);
}
