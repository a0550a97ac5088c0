/** JSON Schema as validators write it: of the draft of 2020-12 or of draft 7. `true` takes anything, `false` nothing. */
export type Schema = boolean | { readonly [keyword: string]: unknown };

export type Keywords = { readonly [keyword: string]: unknown };

/** What a schema says for its readers alone: it changes nothing of what travels. */
const FOR_READERS = new Set([
  "$anchor",
  "$comment",
  "$defs",
  "$id",
  "$schema",
  "definitions",
  "deprecated",
  "description",
  "examples",
  "readOnly",
  "title",
  "writeOnly",
]);

/** The schema that a reference of its own document leads to. One that leads out of it, or nowhere, takes anything. */
function follow(ref: string, root: Schema): Schema {
  if (!ref.startsWith("#")) return true;
  let at: unknown = root;
  for (const part of ref.slice(1).split("/").slice(1)) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    at = (at as Keywords | undefined)?.[key];
  }
  return (at ?? true) as Schema;
}

/** One of the values that a schema takes. */
export interface Literal {
  readonly value: unknown;
  /** Tells it from others. */
  readonly key: string;
}

/** What a schema takes, taken apart: anything, some values, or what one of several schemas takes, which are no unions. */
export interface Alternatives {
  readonly any: boolean;
  readonly literals: readonly Literal[];
  readonly branches: readonly Keywords[];
}

/** Takes a schema apart. @param root The document in which its references lead somewhere. */
export function alternatives(schema: Schema, root: Schema): Alternatives {
  const found: { any: boolean; literals: Literal[]; branches: Keywords[] } = { any: false, literals: [], branches: [] };
  const add = (part: Schema, depth: number): void => {
    if (part === false || depth > 50) return;
    const keywords = part === true ? {} : withoutReaders(part);
    const { $ref, anyOf, oneOf, allOf, type, ...rest } = keywords;
    const either = (anyOf ?? oneOf) as readonly Schema[] | undefined;
    if (typeof $ref === "string") add(both(follow($ref, root), omit(keywords, "$ref")), depth + 1);
    else if (either !== undefined) {
      const around = omit(keywords, anyOf === undefined ? "oneOf" : "anyOf");
      for (const one of either) add(both(one, around), depth + 1);
    } else if (Array.isArray(allOf) && merged(allOf as Schema[], omit(keywords, "allOf"), root) !== undefined) {
      add(merged(allOf as Schema[], omit(keywords, "allOf"), root) as Keywords, depth + 1);
    } else if ("const" in rest) found.literals.push(literal(rest["const"]));
    else if (Array.isArray(rest["enum"])) found.literals.push(...rest["enum"].map(literal));
    else if (Array.isArray(type))
      for (const one of type) add({ ...rest, ...(allOf !== undefined && { allOf }), type: one as string }, depth + 1);
    else if (type === "null") found.literals.push(literal(null));
    else if (type === "boolean") found.literals.push(literal(false), literal(true));
    else if (Object.keys(keywords).length === 0) found.any = true;
    else if (!("not" in keywords && Object.keys(withoutReaders(keywords["not"] as Schema)).length === 0))
      found.branches.push(keywords);
  };
  add(schema, 0);
  return found;
}

function literal(value: unknown): Literal {
  return { value, key: JSON.stringify(value) };
}

function omit(keywords: Keywords, name: string): Keywords {
  const { [name]: _, ...rest } = keywords;
  return rest;
}

function withoutReaders(schema: Schema): Keywords {
  if (typeof schema === "boolean") return schema ? {} : { not: {} };
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !FOR_READERS.has(keyword)));
}

function both(schema: Schema, around: Keywords): Schema {
  if (Object.keys(around).length === 0 || schema === false) return schema;
  return schema === true ? around : { ...around, ...schema };
}

/** Several schemas that all have to take a value, as one; undefined where that takes more than putting them side by side. */
function merged(parts: readonly Schema[], around: Keywords, root: Schema): Keywords | undefined {
  let result: Keywords = around;
  for (const part of parts) {
    let keywords = withoutReaders(part);
    while (typeof keywords["$ref"] === "string") keywords = withoutReaders(follow(keywords["$ref"], root));
    for (const [keyword, value] of Object.entries(keywords)) {
      const known = result[keyword];
      if (known === undefined || JSON.stringify(known) === JSON.stringify(value)) {
        result = { ...result, [keyword]: value };
      } else if (keyword === "required") {
        result = { ...result, required: [...new Set([...(known as string[]), ...(value as string[])])] };
      } else if (
        keyword === "properties" &&
        !Object.keys(value as Keywords).some((key) => key in (known as Keywords))
      ) {
        result = { ...result, properties: { ...(known as Keywords), ...(value as Keywords) } };
      } else return undefined;
    }
  }
  return result;
}
