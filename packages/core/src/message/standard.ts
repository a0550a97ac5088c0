import { type DefineKit, messageMaker, rpcMaker } from "./define.ts";
import type { DefineMessage, DefineRpc, Sources } from "./sources.ts";
import type { SchemaInput, SchemaOutput, StandardSchema } from "../schema/standard-schema.ts";
import { standardValidator, type Validator } from "../schema/validator.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- a schema of any input and output
type Schema = StandardSchema<any, any>;

interface StandardSources extends Sources {
  readonly any: Schema;
  readonly in: this["source"] extends Schema ? SchemaInput<this["source"]> : undefined;
  readonly out: this["source"] extends Schema ? SchemaOutput<this["source"]> : undefined;
}

const kit: DefineKit = { compile, metaKeys: () => [] };

/**
 * Defines a message with any Standard Schema (https://standardschema.dev): ArkType, Effect Schema and others.
 *
 * A bare Standard Schema cannot be asked whether it transforms or which keys it declares, so what a sender gives is
 * validated and then sent as it is, undeclared keys included.
 *
 * @throws TypeError when the type is reserved or the payload is not a Standard Schema.
 *
 * @example
 * const Join = message("JOIN", type({ roomId: "string" }));
 * const Said = message.fromServer("SAID", type({ text: "string" })); // clients never send it
 */
export const message = /* @__PURE__ */ messageMaker(kit) as DefineMessage<StandardSources>;

/**
 * Defines a request with its response, either in place (its type, then its payload) or as a message of its own.
 *
 * @throws TypeError when a type is reserved, a schema is not a Standard Schema, or a code is not one of gRPC's.
 *
 * @example
 * const GetUser = rpc("GET_USER", type({ id: "string" }), "USER", type({ name: "string" }));
 * const Confirm = rpc.fromServer("CONFIRM", type({ text: "string" }), "CONFIRMED", type({ yes: "boolean" })); // the server asks
 */
export const rpc = /* @__PURE__ */ rpcMaker(kit) as DefineRpc<StandardSources>;

function compile(source: unknown, what: string): Validator {
  const standard = (source as { "~standard"?: { validate?: unknown } } | null)?.["~standard"];
  if (typeof standard?.validate !== "function") {
    throw new TypeError(
      `The ${what} is not a Standard Schema; for zod and valibot shapes take message() from @ws-kit/zod or @ws-kit/valibot`,
    );
  }
  return standardValidator(source as StandardSchema);
}
