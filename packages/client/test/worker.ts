/** The tour in a Worker, at each request for it; the query names the server's URL. */
import { tour } from "./tour.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    return new Response(await tour(new URL(request.url).searchParams.get("server") as string));
  },
};
