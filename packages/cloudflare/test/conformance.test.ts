import { conformance } from "@ws-kit/conformance";
import { startWorkerd } from "./workerd.ts";

const CLASSES = ["Main", "Tight", "Pulse", "Listed", "Decided", "Leased", "Own", "Restart"];
conformance("cloudflare", () => startWorkerd(`${import.meta.dirname}/workers/conformance.ts`, CLASSES));
