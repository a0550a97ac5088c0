import { el, plain } from "./dom.ts";

/** The part of JSON Schema (draft 2020-12) that a form is made of; the rest is typed as JSON. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

/** Fields, and what they say. */
export interface Field {
  readonly element: HTMLElement;
  /** Undefined where it is left out. @throws SyntaxError for a text that is no JSON. */
  value(): unknown;
}

/** How deep fields stand in fields; what is deeper is typed as JSON. */
const MAX_DEPTH = 4;

/** Fields for a schema. */
export function fieldFor(schema: Schema, root: Schema = schema, label = "Payload", required = true, depth = 0): Field {
  const found = resolved(schema, root);
  if (found === undefined || depth > MAX_DEPTH) return jsonField(label, schema, required);
  const choices = found.enum ?? (found.const !== undefined ? [found.const] : undefined);
  if (choices !== undefined) return choiceField(label, found, choices, required);
  const variants = found.anyOf ?? found.oneOf ?? ofEachType(found);
  if (variants !== undefined) return variantField(label, variants, root, required, depth);
  switch (found.type) {
    case "object":
      return found.properties === undefined
        ? jsonField(label, found, required)
        : objectField(label, found, root, required, depth);
    case "array":
      return found.items === undefined
        ? jsonField(label, found, required)
        : listField(label, found.items, root, required, depth);
    case "string":
      return textField(label, found, required);
    case "number":
    case "integer":
      return numberField(label, found, required);
    case "boolean":
      return booleanField(label, found, required);
    case "null":
      return choiceField(label, found, [null], required);
    case undefined:
    default:
      return jsonField(label, found, required);
  }
}

/** `type: ["string", "null"]` is a union in other words. */
function ofEachType(schema: Schema): readonly Schema[] | undefined {
  const { type } = schema;
  // Each is called by its type.
  return typeof type === "object" ? type.map((each) => ({ ...schema, title: each, type: each })) : undefined;
}

/** What a reference within the schema leads to; undefined for one that leads elsewhere. */
function resolved(schema: Schema, root: Schema): Schema | undefined {
  const { $ref } = schema;
  if ($ref === undefined) return schema;
  if ($ref === "#") return root;
  const name = /^#\/\$defs\/(.+)$/.exec($ref)?.[1];
  return name === undefined ? undefined : root.$defs?.[name];
}

function labelled(label: string, { description }: Schema, required: boolean, input: HTMLElement): HTMLElement {
  const name = required ? label : `${label} (optional)`;
  return el(
    "label",
    { class: "field" },
    name,
    input,
    description === undefined ? undefined : el("small", {}, description),
  );
}

function textField(label: string, schema: Schema, required: boolean): Field {
  const { format, minLength, maxLength } = schema;
  const isLong = maxLength !== undefined && maxLength > 200;
  const input = isLong ? el("textarea") : el("input", { type: format === "uri" ? "url" : "text" });
  if (maxLength !== undefined) input.maxLength = maxLength;
  if (typeof schema.default === "string") input.value = schema.default;
  if (format !== undefined) input.placeholder = format;
  const needed = required && (minLength ?? 0) > 0;
  if (needed) input.setAttribute("aria-required", "true");
  return {
    element: labelled(label, schema, required, input),
    value: () => (input.value === "" && !required ? undefined : input.value),
  };
}

function numberField(label: string, schema: Schema, required: boolean): Field {
  const { minimum, maximum, type } = schema;
  const input = el("input", { type: "number", step: type === "integer" ? "1" : "any" });
  // What zod says of every integer is no bound that helps anybody.
  if (minimum !== undefined && Number.isSafeInteger(minimum) && minimum > Number.MIN_SAFE_INTEGER)
    input.min = String(minimum);
  if (maximum !== undefined && Number.isSafeInteger(maximum) && maximum < Number.MAX_SAFE_INTEGER)
    input.max = String(maximum);
  if (typeof schema.default === "number") input.value = String(schema.default);
  return {
    element: labelled(label, schema, required, input),
    value: () => (input.value === "" ? undefined : Number(input.value)),
  };
}

function booleanField(label: string, schema: Schema, required: boolean): Field {
  if (!required) return choiceField(label, schema, [true, false], required);
  const input = el("input", { type: "checkbox" });
  input.checked = schema.default === true;
  return { element: labelled(label, schema, required, input), value: () => input.checked };
}

function choiceField(label: string, schema: Schema, choices: readonly unknown[], required: boolean): Field {
  const input = el(
    "select",
    {},
    ...(required ? [] : [el("option", { value: "" }, "left out")]),
    ...choices.map((choice, index) => el("option", { value: String(index) }, plain(String(choice)))),
  );
  return {
    element: labelled(label, schema, required, input),
    value: () => (input.value === "" ? undefined : choices[Number(input.value)]),
  };
}

function variantField(
  label: string,
  variants: readonly Schema[],
  root: Schema,
  required: boolean,
  depth: number,
): Field {
  const names = variants.map(
    (variant, index) => variant.title ?? nameOf(resolved(variant, root)) ?? `variant ${index + 1}`,
  );
  const select = el(
    "select",
    { "aria-label": `Kind of ${label}` },
    ...names.map((name, index) => el("option", { value: String(index) }, name)),
  );
  const place = el("div");
  let field: Field | undefined;
  const choose = (): void => {
    field = fieldFor(variants[Number(select.value)] ?? {}, root, label, required, depth + 1);
    place.replaceChildren(field.element);
  };
  select.addEventListener("change", choose);
  choose();
  return { element: el("div", { class: "field" }, select, place), value: () => field?.value() };
}

function nameOf(schema: Schema | undefined): string | undefined {
  const tags = Object.values(schema?.properties ?? {}).flatMap((each) =>
    each.const === undefined ? [] : [JSON.stringify(each.const)],
  );
  return tags[0] ?? (typeof schema?.type === "string" ? schema.type : undefined);
}

function objectField(label: string, schema: Schema, root: Schema, required: boolean, depth: number): Field {
  const needed = new Set(schema.required);
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, each]) => [name, fieldFor(each, root, name, needed.has(name), depth + 1)] as const,
  );
  const inside = fields.map(([, { element }]) => element);
  const value = (): unknown =>
    Object.fromEntries(
      fields.flatMap(([name, field]) => {
        const given = field.value();
        return given === undefined ? [] : [[name, given]];
      }),
    );
  if (required) return { element: el("fieldset", {}, el("legend", {}, label), ...inside), value };
  const has = el("input", { type: "checkbox", "aria-label": `With ${label}` });
  const place = el("fieldset", { disabled: true }, ...inside);
  place.hidden = true;
  has.addEventListener("change", () => {
    place.disabled = !has.checked;
    place.hidden = !has.checked;
  });
  return {
    element: el("div", { class: "field" }, el("label", { class: "check" }, has, `${label} (optional)`), place),
    value: () => (has.checked ? value() : undefined),
  };
}

function listField(label: string, items: Schema, root: Schema, required: boolean, depth: number): Field {
  const fields = new Set<Field>();
  const place = el("div", { class: "field" });
  // Each has a number of its own, whatever was taken away before.
  let made = 0;
  const add = (): void => {
    const name = `${label} ${++made}`;
    const field = fieldFor(items, root, name, true, depth + 1);
    const row = el("div", { class: "field" }, field.element);
    row.append(
      el(
        "button",
        {
          type: "button",
          onclick: () => {
            fields.delete(field);
            row.remove();
          },
        },
        `Take ${name} away`,
      ),
    );
    fields.add(field);
    place.append(row);
  };
  const more = el("button", { type: "button", onclick: add }, `Add to ${label}`);
  return {
    element: el("fieldset", {}, el("legend", {}, required ? label : `${label} (optional)`), place, more),
    value: () => (fields.size === 0 && !required ? undefined : [...fields].map((field) => field.value())),
  };
}

/** For what no field is made of. */
export function jsonField(label: string, schema: Schema, required: boolean, text = ""): Field {
  const input = el("textarea", { class: "mono", spellcheck: "false" });
  input.value = text !== "" ? text : schema.default === undefined ? "" : JSON.stringify(schema.default, undefined, 2);
  return {
    element: labelled(`${label}, as JSON`, schema, required, input),
    value: () => (input.value.trim() === "" ? undefined : (JSON.parse(input.value) as unknown)),
  };
}
