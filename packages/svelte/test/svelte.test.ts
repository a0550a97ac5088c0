import { viewsSuite } from "@ws-kit/conformance/views/suite";
import { viewsWorld } from "@ws-kit/conformance/views/world";
import { serve } from "@ws-kit/node";
import { compiled } from "./compiled.ts";

viewsSuite(viewsWorld(() => compiled("page.ts", "client", { conditions: ["browser", "development"] }), serve));
