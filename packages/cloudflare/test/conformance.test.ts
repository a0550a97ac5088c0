import { conformance } from "@ws-kit/conformance";
import { startConformance } from "./workerd.ts";

conformance("cloudflare", () => startConformance());
