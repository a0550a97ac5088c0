import type { AnyMessage } from "./message.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import type { Uncarried } from "../protocol/carried.ts";
import type { Validator } from "../schema/validator.ts";

/** What becomes of a message for a peer that has not read everything yet. */
export interface Overflow {
  /** Names what the message replaces; undefined where it is left out. */
  readonly by: ((payload: never) => string) | undefined;
}

export interface Validators {
  readonly payload?: Validator | undefined;
  readonly meta?: Validator | undefined;
  readonly progress?: Validator | undefined;
  readonly errors?: { readonly [C in ErrorCode]?: Validator } | undefined;
  /** Of one item of the stream that clients send into an rpc, and of the one that servers send out of it. */
  readonly fromClient?: Validator | undefined;
  readonly fromServer?: Validator | undefined;
  /**
   * Finds what JSON cannot carry. Here, so that a page has it once and only where it has messages.
   */
  readonly uncarried?: ((frame: unknown) => Uncarried | undefined) | undefined;
  /** Set where a slow peer need not get every message. */
  readonly overflow?: Overflow | undefined;
}

/** What a schema may be declared for; an error code stands for the details that go with it. */
export type PartName = "payload" | "meta" | "progress" | "fromClient" | "fromServer" | ErrorCode;

/** What WS-Kit's packages know of a definition besides: how both ends check it. */
export function validatorsOf(message: AnyMessage): Validators {
  return (message as unknown as { readonly "~validators": Validators } | undefined)?.["~validators"] as Validators;
}
