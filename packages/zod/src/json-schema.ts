import { type Contract, fingerprintOf as printOf, type ToJsonSchema } from "@ws-kit/core";
import { standardJsonSchema } from "@ws-kit/core/schema";
import { toJSONSchema, type $ZodType } from "zod/v4/core";

/**
 * Turns a schema into JSON Schema by zod's own converter, as a contract asks for it. Another validator's has to say it itself.
 *
 * @example
 * JSON.stringify(Chat.toJSON(toJsonSchema));
 */
export const toJsonSchema: ToJsonSchema = (schema, io) =>
  "_zod" in schema ? toJSONSchema(schema as unknown as $ZodType, { io }) : standardJsonSchema(schema, io);

/**
 * The fingerprint of a contract, by which the ends of a connection find out whether they mean the same: four characters for
 * its version, then for each part, in the order of their names.
 *
 * @param convert Default: `toJsonSchema`.
 * @throws TypeError for a schema that cannot be converted.
 *
 * @example
 * test("the contract's fingerprint is its own", () => expect(Chat.fingerprint).toBe(fingerprintOf(Chat)));
 */
export function fingerprintOf(of: Contract, convert: ToJsonSchema = toJsonSchema): string {
  return printOf(of, convert);
}
