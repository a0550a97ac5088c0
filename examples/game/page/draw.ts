import { CELL, MAP } from "../shared/messages.ts";
import type { Shown } from "./world.ts";

/** Draws what can be seen, with `eye` in the middle. */
export function draw(
  canvas: HTMLCanvasElement,
  players: ReadonlyMap<number, Shown>,
  eye: { x: number; y: number },
  me: number | undefined,
): void {
  const scale = devicePixelRatio;
  canvas.width = canvas.clientWidth * scale;
  canvas.height = canvas.clientHeight * scale;
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  pen.setTransform(scale, 0, 0, scale, canvas.width / 2 - eye.x * scale, canvas.height / 2 - eye.y * scale);

  pen.strokeStyle = "#8886";
  for (let at = 0; at <= MAP; at += CELL) {
    pen.strokeRect(at, 0, 0, MAP);
    pen.strokeRect(0, at, MAP, 0);
  }
  for (const [id, { x, y }] of players) {
    pen.fillStyle = `hsl(${(id * 137) % 360} 70% 50%)`;
    pen.beginPath();
    pen.arc(x, y, id === me ? 14 : 10, 0, 2 * Math.PI);
    pen.fill();
    if (id === me) pen.strokeRect(x - 18, y - 18, 36, 36);
  }
}
