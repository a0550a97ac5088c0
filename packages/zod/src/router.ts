import { createRouter as create } from "@ws-kit/core";
import { readPlainOf } from "@ws-kit/core/schema";
import { plainOf } from "./plain.ts";

/**
 * Makes a router. The checks of plain zod schemas are generated for it, where the runtime allows that.
 *
 * @throws RangeError or TypeError for an option that cannot be honoured.
 */
export const createRouter: typeof create = (options) => {
  readPlainOf("zod", plainOf);
  return create(options);
};
