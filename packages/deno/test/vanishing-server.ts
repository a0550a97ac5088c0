import { serveSlowly } from "@ws-kit/conformance/vanishing-app";
import { serve } from "@ws-kit/deno";

await serveSlowly(serve);
