import { findStopping } from "@ws-kit/conformance/stopping-app";
import { serve } from "@ws-kit/bun";

await findStopping(serve);
