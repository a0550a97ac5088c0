import { wsClient } from "@ws-kit/client/zod";
import { bytes } from "../shared/codec.ts";
import { Cell, Enter, Steer } from "../shared/messages.ts";
import { draw } from "./draw.ts";
import { createWorld } from "./world.ts";

const canvas = document.querySelector("canvas") as HTMLCanvasElement;
const status = document.querySelector("[role=status]") as HTMLElement;
const client = wsClient({ url: () => `${location.origin.replace("http", "ws")}/ws`, codec: bytes });
const world = createWorld();
let me: number | undefined;

client.on(Cell, ({ payload }) => world.see(payload.cell, payload.players));
client.onState((state) => void (state !== "open" && (status.textContent = state)));
// A new connection is a new player.
client.onOpen(async ({ request }) => {
  world.clear();
  me = (await request(Enter)).payload.id;
});
void client.connect();

canvas.addEventListener("pointerdown", (event) => {
  const eye = world.placeOf(me);
  if (eye === undefined) return;
  const { x, y, width, height } = canvas.getBoundingClientRect();
  client.send(Steer, { x: eye.x + event.clientX - x - width / 2, y: eye.y + event.clientY - y - height / 2 });
});

function frame(): void {
  world.glide();
  const eye = world.placeOf(me);
  if (eye !== undefined) {
    world.forgetBeyond(eye.to);
    draw(canvas, world.players, eye, me);
    status.textContent = `${world.players.size} in sight, you at ${Math.round(eye.x)}, ${Math.round(eye.y)}`;
  }
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
