import type { StandardSchema } from "./standard-schema.ts";
import { planWire, type SchemaView, type Strip } from "./wire.ts";

/** The stripper of one part of a schema; undefined for one that is sent as it is. */
export function stripOf<S extends StandardSchema>(root: S, view: (schema: S) => SchemaView<S>): Strip | undefined {
  const seen = new Set<S>();
  let at: S | undefined = root;
  while (at && !seen.has(at)) {
    seen.add(at);
    const { kind, scalar, inner }: SchemaView<S> = view(at);
    if (!kind && !scalar && !inner) return undefined;
    // One that depends on the value, or holds itself, is looked at anew each time.
    at = kind || scalar || inner?.length !== 0 ? undefined : inner();
  }
  // What it is part of transforms, and was searched for what JSON cannot carry.
  return planWire(root, (schema) => ({ ...view(schema), transforms: true, refused: undefined }), "");
}
