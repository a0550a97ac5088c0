import { Ask, Export, GetUser, Import } from "@ws-kit/conformance/views/messages";
import { expectTypeOf } from "vitest";
import { useCall, useRequest, useStream } from "./index.ts";

const rows = () => ({ rows: 1 });
const id = () => ({ id: "1" });

expectTypeOf(useRequest(GetUser, id)).toHaveProperty("data");
expectTypeOf(useStream(Import, rows)).toHaveProperty("progress");
expectTypeOf(useCall(GetUser).call).parameter(0).toEqualTypeOf<{ id: string }>();

// @ts-expect-error -- servers ask it
useRequest(Ask, id);
// @ts-expect-error -- servers ask it
useCall(Ask);
// @ts-expect-error -- what travels beside it would be lost
useRequest(Export, id);
// @ts-expect-error -- what travels beside it would be lost
useStream(Export, id);
// @ts-expect-error -- it does not report
useStream(GetUser, id);
// @ts-expect-error -- what travels beside it would be lost
void useCall(Export).call({ id: "1" });
