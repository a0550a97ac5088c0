import type { OpenData } from "../api/data.ts";
import type { RouterOptions } from "../api/options.ts";
import { Router } from "./router.ts";

/**
 * Makes a router.
 *
 * @throws RangeError or TypeError for an option that cannot be honoured, Error for topics that overlap.
 *
 * @example
 * const router = createRouter<{ userId: string }>({ limits: { maxTopics: 10 } });
 * const auto = createRouter({ authenticate: async (req) => await user(req) }); // ctx.data is what it returns
 */
export function createRouter<Data = OpenData>(options?: RouterOptions<Data>): Router<Data> {
  return new Router<Data>(options);
}
