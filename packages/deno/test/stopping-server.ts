import { findStopping } from "@ws-kit/conformance/stopping-app";
import { serve } from "@ws-kit/deno";

await findStopping(serve);
