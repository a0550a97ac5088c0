import type { StandardProps, StandardSchema } from "../schema/standard-schema.ts";

/** Where the spec of a definition is found, by its type alone. */
export declare const SPEC: unique symbol;
/** Holds a spec for inference. */
export interface Holds<S> {
  readonly [SPEC]?: S;
}

/** What definitions have by their type alone, and `AnyMessage` has not: by that the compiler tells what none was inferred from. */
export declare const DEFINED: unique symbol;

/* oxlint-disable typescript/no-explicit-any -- the one place where "whatever its payload" has to be said */
/** Any message or rpc, whatever its types: the constraint for code that is generic over definitions. */
export interface AnyMessage {
  readonly kind: "message" | "rpc";
  readonly type: string;
  readonly from: any;
  readonly payload: StandardSchema<any, any> | undefined;
  readonly meta: StandardSchema<any, any> | undefined;
  readonly "~standard": StandardProps<any, any>;
  readonly [SPEC]: Holds<any>;
}

/** Any rpc. */
export interface AnyRpc extends AnyMessage {
  readonly kind: "rpc";
  readonly response: AnyMessage;
  readonly progress: any;
  readonly errors: any;
  readonly stream: any;
  readonly idempotent: boolean;
}
/* oxlint-enable typescript/no-explicit-any */
