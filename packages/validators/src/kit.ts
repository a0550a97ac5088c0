import type { AnyMessage, AnyRpc } from "@ws-kit/core";
import type { CaseId } from "./cases.ts";

/** One validator: how it writes the schema of each case. */
export interface Kit {
  /** A column of the table in the documentation. */
  readonly name: string;
  /** The package that a user imports `message` and `rpc` from. */
  readonly from: string;
  readonly message: (type: string, payload?: never, options?: never) => AnyMessage;
  readonly rpc: (type: string, payload: never, ...rest: never[]) => AnyRpc;
  readonly schemas: { readonly [Id in CaseId]: unknown };
  /** Whether undeclared keys are taken out; not where a validator cannot be asked what a schema declares. */
  readonly strips: boolean;
  /** Schemas that JSON cannot carry, one for each kind. */
  readonly uncarried: { readonly [kind: string]: unknown };
  /** A schema of `{ trace: string }` and one that declares a meta key of the protocol's. */
  readonly meta: { readonly trace: unknown; readonly reserved: unknown };
}
