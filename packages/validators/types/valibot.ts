import {
  v,
  message,
  rpc,
  type InferErrors,
  type InferInput,
  type InferPayload,
  type InferProgress,
  type InferResponse,
} from "@ws-kit/valibot";
import * as valibot from "valibot";
import { same } from "./equal.ts";

const when = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
);

export const Ping = message("PING");
export const Join = message("JOIN", { room: v.string(), seats: v.optional(v.number()) });
export const Event = message(
  "EVENT",
  v.variant("kind", [
    v.object({ kind: v.literal("text"), text: v.string() }),
    v.object({ kind: v.literal("size"), width: v.optional(v.number(), 1) }),
  ]),
);
export const Later = message(
  "LATER",
  valibot.objectAsync({
    id: valibot.pipeAsync(
      v.string(),
      valibot.checkAsync(async () => true),
    ),
  }),
);
export const Dated = message("DATED", { at: when }, { meta: { trace: v.string() } });
export const Import = rpc(
  "IMPORT",
  { file: v.string() },
  "IMPORTED",
  { rows: v.number(), at: when },
  {
    progress: { done: v.number() },
    errors: { NOT_FOUND: { file: v.string() } },
  },
);
export const Ask = rpc("ASK", undefined, Join);

same<InferPayload<typeof Ping>, undefined>();
same<InferPayload<typeof Join>, { room: string; seats?: number | undefined }>();
same<InferInput<typeof Event>, { kind: "text"; text: string } | { kind: "size"; width?: number | undefined }>();
same<InferPayload<typeof Event>, { kind: "text"; text: string } | { kind: "size"; width: number }>();
same<InferPayload<typeof Later>, { id: string }>();
same<InferInput<typeof Dated>, { at: string }>();
same<InferPayload<typeof Dated>, { at: Date }>();
same<InferResponse<typeof Import>, { rows: number; at: Date }>();
same<InferInput<(typeof Import)["response"]>, { rows: number; at: string }>();
same<InferProgress<typeof Import>, { done: number }>();
same<InferErrors<typeof Import>, { readonly NOT_FOUND: { file: string } }>();
same<InferResponse<typeof Ask>, InferPayload<typeof Join>>();

// @ts-expect-error -- no schema of valibot's
message("X", { room: "string" });
// @ts-expect-error -- a code that gRPC does not have
rpc("X", undefined, "Y", undefined, { errors: { NOT_THERE: v.string() } });
