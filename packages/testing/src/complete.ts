import { checkContract } from "@ws-kit/core/adapter";
import type { Contract, Router } from "@ws-kit/core";

/**
 * Holds a router to a contract: everything that clients may send of it has a handler.
 * @throws Error that names what has none.
 *
 * @example
 * test("handles all of Chat", () => expectComplete(router, Chat));
 */
export function expectComplete<Data>(router: Router<Data>, contract: Contract): void {
  checkContract(router, contract);
}
