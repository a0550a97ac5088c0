/**
 * The part of the Standard Schema interface (https://standardschema.dev, version 1) that WS-Kit reads.
 * Any validator that implements it can describe a message.
 */
export interface StandardSchema<In = unknown, Out = In> {
  readonly "~standard": StandardProps<In, Out>;
}

export interface StandardProps<In = unknown, Out = In> {
  readonly version: 1;
  readonly vendor: string;
  readonly validate: (value: unknown) => StandardResult<Out> | Promise<StandardResult<Out>>;
  /** Exists for the type checker alone; never present at run time. */
  readonly types?: { readonly input: In; readonly output: Out } | undefined;
}

/** What a Standard Schema answers: either a value or the reasons why there is none. */
export type StandardResult<Out> =
  | { readonly value: Out; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a sender may give for this schema. */
export type SchemaInput<S> = S extends StandardSchema<infer In, unknown> ? In : never;

/** What a receiver gets from this schema. */
export type SchemaOutput<S> =
  S extends StandardSchema<never, infer Out> ? Out : S extends StandardSchema<infer _, infer Out> ? Out : never;
