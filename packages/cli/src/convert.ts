import type { ToJsonSchema } from "@ws-kit/core";
import { Failure, reason } from "./failure.ts";
import type { Loaded } from "./load.ts";

/** Drafts of JSON Schema, as Standard JSON Schema calls them. */
export type Draft = "draft-2020-12" | "draft-07";

type Options = { readonly [name: string]: unknown };
type Convert = (schema: unknown, options: Options) => unknown;

/**
 * Makes JSON Schema of a schema, as its validator does: by zod's own converter, valibot's, or, where it has one, the schema's
 * (https://standardschema.dev/json-schema). They are imported as the contract's module would.
 */
export async function converter({ optional }: Loaded, draft: Draft): Promise<ToJsonSchema> {
  const zod = await zodConverter(optional);
  const valibot = (await optional("@valibot/to-json-schema"))?.["toJsonSchema"] as Convert | undefined;
  const convert: ToJsonSchema = (schema, io) => {
    const { vendor, jsonSchema } = schema["~standard"] as unknown as {
      vendor: string;
      jsonSchema?: Record<typeof io, (options: Options) => unknown>;
    };
    // A shape's object is of zod's core, which has no such method; and two of one kind should not be made by two.
    if (vendor === "zod" && zod) return zod(schema, { io, target: draft === "draft-07" ? "draft-7" : draft });
    if (jsonSchema !== undefined) return jsonSchema[io]({ target: draft });
    if (vendor === "valibot" && valibot) return valibot(schema, { typeMode: io, target: draft });
    const missing = vendor === "valibot" ? ": install @valibot/to-json-schema beside valibot" : "";
    throw new Error(`a schema of ${vendor} does not say what it is as JSON Schema${missing}`);
  };
  return (schema, io) => {
    try {
      // Which draft it is, is said by what it is in.
      const { $schema: _, ...json } = convert(schema, io) as Options;
      return json;
    } catch (error) {
      throw new Failure(reason(error));
    }
  };
}

/** That of the zod which made the schemas, as long as there are not two. */
async function zodConverter(optional: Loaded["optional"]): Promise<Convert | undefined> {
  for (const id of ["@ws-kit/zod", "zod"]) {
    const { toJSONSchema } = Object((await optional(id))?.["z"]) as { toJSONSchema?: Convert };
    if (toJSONSchema !== undefined) return toJSONSchema;
  }
  return undefined;
}
