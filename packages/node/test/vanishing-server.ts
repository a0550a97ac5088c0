import { serveSlowly } from "@ws-kit/conformance/vanishing-app";
import { serve } from "@ws-kit/node";

await serveSlowly(serve);
