import { rpc, z } from "@ws-kit/client/zod";
import { expectTypeOf } from "vitest";
import { useCall, useRequest, useStream, useSuspenseRequest } from "./index.ts";

const Get = rpc("GET", { id: z.string() }, "GOT", { name: z.string() });
const Import = rpc("IMPORT", { id: z.string() }, "IMPORTED", {}, { progress: { done: z.number() } });
const Ask = rpc.fromServer("ASK", { id: z.string() }, "ASKED", { name: z.string() });
const Export = rpc("EXPORT", { id: z.string() }, "EXPORTED", {}, { stream: { fromServer: { id: z.string() } } });

expectTypeOf(useRequest(Get, { id: "1" }, { enabled: true }).data).toEqualTypeOf<{ name: string } | undefined>();
expectTypeOf(useStream(Import, { id: "1" }).progress).toEqualTypeOf<{ done: number } | undefined>();
expectTypeOf(useSuspenseRequest(Get, { id: "1" })).toEqualTypeOf<{ name: string }>();
expectTypeOf(useCall(Get)[0]).parameter(0).toEqualTypeOf<{ id: string }>();

// @ts-expect-error -- servers ask it
useRequest(Ask, { id: "1" });
// @ts-expect-error -- servers ask it
useCall(Ask);
// @ts-expect-error -- servers ask it
useSuspenseRequest(Ask, { id: "1" });
// @ts-expect-error -- what travels beside it would be lost
useRequest(Export, { id: "1" });
// @ts-expect-error -- what travels beside it would be lost
useStream(Export, { id: "1" });
// @ts-expect-error -- what travels beside it would be lost
useSuspenseRequest(Export, { id: "1" });
// @ts-expect-error -- it does not report
useStream(Get, { id: "1" });
// @ts-expect-error -- what travels beside it would be lost
void useCall(Export)[0]({ id: "1" });
// @ts-expect-error -- it is asked at once, or not rendered
useSuspenseRequest(Get, { id: "1" }, { enabled: false });
