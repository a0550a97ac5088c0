import { conformance, TAGGED_DIALECT } from "@ws-kit/conformance";
import { codecCalled } from "@ws-kit/conformance/app";
import { startInMemory } from "./target.ts";

conformance("testing", () => startInMemory(codecCalled("tagged")), TAGGED_DIALECT);
