import { conformance } from "@ws-kit/conformance";
import { startInMemory } from "./target.ts";

conformance("testing", startInMemory);
