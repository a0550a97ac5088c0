import { vanishing } from "@ws-kit/conformance";
import { DENO, run } from "./executable.ts";

vanishing("deno", DENO, run("vanishing-server.ts"));
