/** Says whether a page without a guard is served by this process. */
import { createRouter } from "@ws-kit/zod";
import { devtools } from "../src/index.ts";

try {
  devtools(createRouter());
  console.log("served");
} catch (error) {
  const isMeant = error instanceof TypeError && error.message.includes("without the option guard");
  console.log(isMeant ? "refused" : String(error));
}
