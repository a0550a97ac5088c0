import { rpc, z } from "@ws-kit/client/zod";
import { expectTypeOf } from "vitest";
import { useCall, useRequest, useStream } from "./index.ts";

const Get = rpc("GET", { id: z.string() }, "GOT", { name: z.string() });
const Import = rpc("IMPORT", { id: z.string() }, "IMPORTED", {}, { progress: { done: z.number() } });
const Ask = rpc.fromServer("ASK", { id: z.string() }, "ASKED", { name: z.string() });
const Export = rpc("EXPORT", { id: z.string() }, "EXPORTED", {}, { stream: { fromServer: { id: z.string() } } });
const id = () => ({ id: "1" });

expectTypeOf(useRequest(Get, id)).toHaveProperty("data");
expectTypeOf(useStream(Import, id)).toHaveProperty("progress");
expectTypeOf(useCall(Get).call).parameter(0).toEqualTypeOf<{ id: string }>();

// @ts-expect-error -- servers ask it
useRequest(Ask, id);
// @ts-expect-error -- servers ask it
useCall(Ask);
// @ts-expect-error -- what travels beside it would be lost
useRequest(Export, id);
// @ts-expect-error -- what travels beside it would be lost
useStream(Export, id);
// @ts-expect-error -- it does not report
useStream(Get, id);
// @ts-expect-error -- what travels beside it would be lost
void useCall(Export).call({ id: "1" });
