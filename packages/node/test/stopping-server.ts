import { findStopping } from "@ws-kit/conformance/stopping-app";
import { serve } from "@ws-kit/node";

await findStopping(serve);
