export { devtools, router, serve } from "./devtools.ts";
