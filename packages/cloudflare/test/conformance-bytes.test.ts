import { conformance, TAGGED_DIALECT } from "@ws-kit/conformance";
import { startConformance } from "./workerd.ts";

conformance("cloudflare", () => startConformance({ CODEC: '"tagged"' }), TAGGED_DIALECT);
