import {
  message,
  rpc,
  type InferErrors,
  type InferInput,
  type InferPayload,
  type InferProgress,
  type InferResponse,
} from "@ws-kit/core";
import { type } from "arktype";
import { same } from "./equal.ts";

export const Ping = message("PING");
export const Join = message("JOIN", type({ room: "string", "seats?": "number" }));
export const Dated = message("DATED", type({ at: "string.date.iso.parse" }));
export const Import = rpc("IMPORT", type({ file: "string" }), "IMPORTED", type("number"), {
  progress: type({ done: "number" }),
  errors: { NOT_FOUND: type({ file: "string" }) },
});

same<InferPayload<typeof Ping>, undefined>();
same<InferPayload<typeof Join>, { room: string; seats?: number }>();
same<InferInput<typeof Dated>, { at: string }>();
same<InferPayload<typeof Dated>, { at: Date }>();
same<InferResponse<typeof Import>, number>();
same<InferProgress<typeof Import>, { done: number }>();
same<InferErrors<typeof Import>, { readonly NOT_FOUND: { file: string } }>();

// @ts-expect-error -- a shape; the schema is `type({ … })`
message("X", { room: type("string") });
