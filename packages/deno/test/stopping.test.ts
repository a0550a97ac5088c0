import { stopping } from "@ws-kit/conformance";
import { DENO, run } from "./executable.ts";

stopping("deno", DENO, run("stopping-server.ts"));
