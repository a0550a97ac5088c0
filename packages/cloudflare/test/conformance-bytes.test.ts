import { conformance, TAGGED_DIALECT } from "@ws-kit/conformance";
import { startWorkerd } from "./workerd.ts";

const CLASSES = ["Main", "Tight", "Pulse", "Listed", "Decided", "Leased", "Own", "Restart"];
const WORKER = `${import.meta.dirname}/workers/conformance.ts`;
conformance("cloudflare", () => startWorkerd(WORKER, CLASSES, {}, { CODEC: '"tagged"' }), TAGGED_DIALECT);
