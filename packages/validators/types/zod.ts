import {
  z,
  message,
  rpc,
  type InferErrors,
  type InferErrorsInput,
  type InferInput,
  type InferMessage,
  type InferMeta,
  type InferPayload,
  type InferProgress,
  type InferResponse,
  type Meta,
} from "@ws-kit/zod";
import * as mini from "zod/mini";
import { same } from "./equal.ts";

const when = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

export const Ping = message("PING");
export const Join = message("JOIN", { room: z.string(), seats: z.number().optional() });
export const Event = message(
  "EVENT",
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("text"), text: z.string() }),
    z.object({ kind: z.literal("size"), width: z.number().default(1) }),
  ]),
);
export const Traced = message("TRACED", { n: z.number() }, { meta: { trace: z.string(), at: when } });
export const Marked = message("MARKED", undefined, { meta: { mark: z.string().optional() } });
export const Dated = message("DATED", { at: when });
export const Branded = message("BRANDED", { id: z.string().brand<"UserId">() });
export const Small = message("SMALL", { room: mini.string(), seats: mini.optional(mini.number()) });
const tree = z.object({
  id: z.string(),
  get below() {
    return z.array(tree);
  },
});
export const Tree = message("TREE", tree);

export const GetUser = rpc("GET_USER", { id: z.string() }, "USER", { id: z.string(), born: when });
export const Import = rpc("IMPORT", { file: z.string() }, "IMPORTED", undefined, {
  progress: { done: z.number() },
  errors: { NOT_FOUND: { file: z.string() }, ABORTED: z.enum(["user", "disk"]) },
  idempotent: true,
});
export const Ask = rpc("ASK", undefined, Join, { meta: { trace: z.string() } });
export const AskSchema = rpc("ASK_SCHEMA", z.string(), "ANSWER", z.array(z.string()));

same<(typeof Join)["type"], "JOIN">();
same<InferPayload<typeof Ping>, undefined>();
same<InferPayload<typeof Join>, { room: string; seats?: number | undefined }>();
same<InferInput<typeof Join>, { room: string; seats?: number | undefined }>();
same<InferPayload<typeof Small>, { room: string; seats?: number | undefined }>();
same<InferInput<typeof Event>, { kind: "text"; text: string } | { kind: "size"; width?: number | undefined }>();
same<InferPayload<typeof Event>, { kind: "text"; text: string } | { kind: "size"; width: number }>();
same<InferInput<typeof Dated>, { at: string }>();
same<InferPayload<typeof Dated>, { at: Date }>();
same<InferPayload<typeof Branded>["id"], string & z.core.$brand<"UserId">>();
same<InferPayload<typeof Tree>["below"][number]["below"][number]["id"], string>();
same<InferMeta<typeof Join>, Meta>();
same<InferMeta<typeof Traced>["trace"], string>();
same<InferMeta<typeof Traced>["at"], Date>();
same<InferMessage<typeof Join>["payload"], InferPayload<typeof Join>>();
same<InferMessage<typeof Join>["type"], "JOIN">();

same<InferPayload<typeof GetUser>, { id: string }>();
same<InferResponse<typeof GetUser>, { id: string; born: Date }>();
same<InferInput<(typeof GetUser)["response"]>, { id: string; born: string }>();
same<InferResponse<typeof Import>, undefined>();
same<InferProgress<typeof Import>, { done: number }>();
same<InferErrors<typeof Import>, { readonly NOT_FOUND: { file: string }; readonly ABORTED: "user" | "disk" }>();
same<InferErrorsInput<typeof Import>["NOT_FOUND"], { file: string }>();
same<keyof InferErrors<typeof GetUser>, never>();
same<InferResponse<typeof Ask>, InferPayload<typeof Join>>();
same<InferPayload<typeof Ask>, undefined>();
same<InferResponse<typeof AskSchema>, string[]>();

// The namespace is zod's, types included.
same<z.infer<typeof tree>["id"], string>();
export function parsed<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  return schema.parse(value);
}

// @ts-expect-error -- no schema of zod's
message("X", { room: "string" });
// @ts-expect-error -- a code that gRPC does not have
rpc("X", undefined, "Y", undefined, { errors: { NOT_THERE: z.string() } });
// @ts-expect-error -- a misspelt option
message("X", undefined, { metas: { trace: z.string() } });
