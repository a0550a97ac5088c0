import { createRouter as create } from "@ws-kit/core";
import { readSchemasOf } from "@ws-kit/core/schema";
import { reader } from "./reader.ts";

/**
 * Makes a router. The checks of plain valibot schemas are generated for it, where the runtime allows that.
 *
 * @throws RangeError or TypeError for an option that cannot be honoured.
 */
export const createRouter: typeof create = ((options?: never) => {
  readSchemasOf("valibot", reader);
  return create(options);
}) as typeof create;
